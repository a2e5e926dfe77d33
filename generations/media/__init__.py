"""Pictures, clips and sounds: checked, cleaned, measured, drawn small, and sent to browsers.

Whatever a stranger made, a member's upload as well as a provider's result, is decoded in a child process with limits:
nursery.py starts decode.py, child.py has it fork; the fork calls pixels.py, checks.py, drawing.py and encoding.py.
The rest of the house calls images.py, videos.py and serving.py.
"""
