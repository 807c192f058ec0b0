"""Everything that is shown in a terminal: functions that return a rich renderable, never print.

What is drawn depends on the console that prints it: its width, its colours, its encoding.
"""

from cnncalc.views.terminal.colors import COLOR_MAPS
from cnncalc.views.terminal.display import Display
from cnncalc.views.terminal.explanations import render_explanation, render_steps
from cnncalc.views.terminal.inputs import render_flattened, render_input
from cnncalc.views.terminal.traces import render_trace

__all__ = [
    "COLOR_MAPS",
    "Display",
    "render_explanation",
    "render_flattened",
    "render_input",
    "render_steps",
    "render_trace",
]
