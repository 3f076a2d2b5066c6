"""The loop: what was found is put right, disputed, talked about, dialled again, struck off."""
