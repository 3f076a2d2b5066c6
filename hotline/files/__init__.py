"""Files as bytes: tables read in, kinds told apart, and the one door behind which they are kept."""
