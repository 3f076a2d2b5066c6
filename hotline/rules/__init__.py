"""The rules of the field, as pure functions of plain values: no session, no clock."""
