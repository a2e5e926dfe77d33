"""Bugs to plant in a running studio, and a clock to set: what the checker must be able to see, it is shown here.

DJANGO_SETTINGS_MODULE=tests.faults.planted.settings makes every process of the studio load this app. PLANTED names one
of bugs.BUGS; PLANTED_CLOCK names a file with the seconds by which the wall clock is wrong.
"""
