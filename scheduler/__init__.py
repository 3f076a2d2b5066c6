"""What happens by itself: jobs that run once a period, however many schedulers there are."""
