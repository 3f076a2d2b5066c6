"""Official papers after GB/T 9704-2012: a Document becomes a PDF."""

from collections.abc import Sequence

from reportlab.platypus import Flowable, KeepTogether, PageBreak, Spacer

from reports import table_drawing
from reports.document import Document, Grid, Heading
from reports.fonts import FacePaths
from reports.paper_blocks import LEADING, MEASURE, Imprint, Paper, wide_pages


def draw(document: Document, faces: FacePaths | None = None) -> bytes:
    """The PDF; the same document and faces always give the same bytes.

    Raises FacesMissing where no usable face is found.
    """
    paper = Paper(faces)
    imprint = Imprint(document.title.replace("\n", ""), document.author, document.day)
    return paper.build(_blocks(paper, document), imprint, number_first_page=document.form == "file")


def draw_many(documents: Sequence[Document], faces: FacePaths | None = None) -> bytes:
    """One file to print from: every paper begins on an odd page."""
    raise NotImplementedError


def _blocks(paper: Paper, document: Document) -> list[Flowable]:
    head = paper.red_head if document.form == "file" else paper.letter_head
    blocks: list[Flowable] = [
        *head(document.letterhead, document.number),
        paper.title(document.title),
    ]
    if document.addressee:
        blocks.append(paper.addressee(document.addressee))
    for block in document.body:
        if isinstance(block, Heading):
            blocks += paper.heading(block.text)
        elif isinstance(block, Grid):
            if block.caption:
                blocks.append(paper.body(block.caption))
            blocks.append(table_drawing.grid(paper, block.columns, block.rows, width=MEASURE))
            blocks.append(Spacer(1, 8))
        else:
            blocks.append(paper.body(block.text, lead=block.lead))
    blocks += paper.attachments(document.attachments) if document.attachments else []
    copies = paper.closing(document.copies)
    if document.signature:
        blocks.append(paper.signature(document.signature, document.date, [], then=copies))
    blocks += [paper.body(line) for line in document.signers]
    if document.receipt:
        blocks.append(KeepTogether([Spacer(1, LEADING), *map(paper.small, document.receipt)]))
    for i, table in enumerate(document.annexes):
        blocks += wide_pages() if i == 0 else [PageBreak()]
        blocks += table_drawing.draw(paper, table)
    return blocks
