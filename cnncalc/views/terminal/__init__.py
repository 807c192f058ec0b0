"""Everything that is shown in a terminal: functions that return a rich renderable, never print.

What is drawn depends on the console that prints it: its width, its colours, its encoding.
Here is what every command shows; the rest (explanations, summaries, trainings) is imported from its
module, by the commands that show it.
"""

from cnncalc.views.terminal.colors import COLOR_MAPS
from cnncalc.views.terminal.inputs import render_flattened, render_input
from cnncalc.views.terminal.screen import Display
from cnncalc.views.terminal.traces import render_trace

__all__ = [
    "COLOR_MAPS",
    "Display",
    "render_flattened",
    "render_input",
    "render_trace",
]
