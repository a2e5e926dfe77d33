"""What keeps the queues alive and the ticks coming: `manage.py cluster`."""
