"""The 通报 of a round: facts in, PDF or annex tables out."""

from reports import circular_text, table_drawing
from reports.circular_annexes import line_results, summary
from reports.circular_facts import Circular, FigureRow, LineRow, OutcomeCount
from reports.fonts import FacePaths
from reports.paper_blocks import Imprint, Paper, wide_pages
from reports.periods import last_day, period_words
from reports.tables import Table

__all__ = ["Circular", "FigureRow", "LineRow", "OutcomeCount", "annexes", "draw"]


def draw(facts: Circular, faces: FacePaths | None = None) -> bytes:
    """The PDF with both annexes; the same facts and faces always give the same bytes.

    A draft (`date` None) has room for the date and dates its file by the period's last day.
    Raises FacesMissing where no usable face is found.
    """
    paper = Paper(faces)
    title, tables = circular_text.title(facts), annexes(facts)
    blocks = [
        *paper.red_head(facts.letterhead, facts.number),
        paper.title(_turned(title, facts)),
        paper.addressee(facts.addressees),
        paper.body(circular_text.opening(facts)),
    ]
    for section in circular_text.sections(facts):
        blocks += paper.heading(section.heading)
        blocks += [paper.body(text, lead=lead) for lead, text in section.paragraphs]
    attached = paper.attachments(tuple(table.title for table in tables))
    copies = paper.closing(facts.copies)
    blocks.append(paper.signature(facts.signature, facts.date, attached, then=copies))
    for table in tables:
        blocks += [*wide_pages(), *table_drawing.draw(paper, table)]
    return paper.build(blocks, Imprint(title, facts.issuer, facts.date or last_day(facts.period)))


def annexes(facts: Circular) -> tuple[Table, Table]:
    """附件1 (areas) and 附件2 (lines), as the PDF and the workbook show them."""
    return summary(facts), line_results(facts)


def _turned(title: str, facts: Circular) -> str:
    """The title on two lines, turned over where its sense allows."""
    start = f"关于{period_words(facts.period)}"
    return f"{start}\n{title.removeprefix(start)}"
