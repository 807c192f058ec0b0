"""Writing a film in which a calculation plays: number by number, or layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.layers import PoolingLayer, Shape
from cnncalc.tasks.argument_checks import (
    as_path,
    given_seed,
    named,
    require_flag,
)
from cnncalc.tasks.arguments import (
    Caller,
    DataLike,
    ImageLike,
    KernelLike,
    NetworkLike,
    Say,
    ignore,
)
from cnncalc.tasks.flow_reading import FlowRequest, read_flow
from cnncalc.tasks.flows import NumberedFlow, trace_flow
from cnncalc.tasks.inputs import keep_input
from cnncalc.tasks.keyword_options import calculation_options, network_export
from cnncalc.tasks.network_options import NetworkExport
from cnncalc.tasks.options import NO_CALCULATION, CalculationOptions, InputOptions, given_options
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.trace import Trace
from cnncalc.views.film.timing import DEFAULT_SPEED, DEFAULT_WIDTH, MOST_MOMENTS, FilmLook

if TYPE_CHECKING:
    from cnncalc.files.films import FilmForm, Pixels
    from cnncalc.views.colors import Theme

__all__ = ["export_film", "write_film"]

FORMS: dict[str, FilmForm] = {".gif": "gif", ".webp": "webp", ".mp4": "mp4"}
# Measured on frames of 960 × 400.
FRAMES_A_SECOND = 20


def write_film(
    output: Path, asked: FlowRequest, look: FilmLook, caller: Caller, *, force: bool = False
) -> Path:
    """Write the film that is asked for; see `export_film`.

    Arguments: the `output`; what it is of; how it looks; the `caller`; whether an existing file is
    replaced by `force`.
    """
    form = _form(output)
    keep_input(output, asked.given)
    _check(output, form, force=force)
    asked.require_one()
    drawn = read_flow(asked, caller)
    _write(output, form, drawn, look, caller, force=force)
    return output


def _form(output: Path) -> FilmForm | None:
    """Return the form of a film by its file's ending; None for a folder of pictures."""
    if not output.suffix:
        return None
    return FORMS[output_ending(output, tuple(FORMS))]


def _check(output: Path, form: FilmForm | None, *, force: bool) -> None:
    """Refuse what can't be written before anything is calculated for it."""
    # Imported here, as all that draws is: a wrong option is refused at once.
    from cnncalc.files.films import require_encoder
    from cnncalc.files.output_folders import check_pictures

    if form is None:
        check_pictures(output, force=force)
    else:
        require_encoder(form)
        check_output(output, force=force)


def _write(
    output: Path,
    form: FilmForm | None,
    drawn: NumberedFlow,
    look: FilmLook,
    caller: Caller,
    *,
    force: bool,
) -> None:
    from cnncalc.files.films import Film, write_film, write_frames
    from cnncalc.files.output_folders import write_pictures_atomically
    from cnncalc.views.figure.figure_file import lacking_said, told_of_figure
    from cnncalc.views.film.playing import Play

    play = Play.of(drawn.flow, drawn.values, drawn.scales, look)
    if play.left_out:
        caller.note(
            f"{play.left_out:,} of {len(play.moments):,} scenes are left out, evenly: "
            f"a film shows at most {MOST_MOMENTS}"
        )
    frames = len(play.milliseconds)
    with caller.working("Drawing the film", frames / FRAMES_A_SECOND, frames) as advance:

        def draw(number: int) -> Pixels:
            advance(1)
            return play.draw(number)

        film = Film(play.milliseconds, draw, told_of_figure(drawn.provenance))
        if form is None:
            with write_pictures_atomically(output, force=force) as folder:
                write_frames(folder, film)
        else:
            with write_atomically(output, force=force) as file:
                write_film(file, film, form)
    seconds = sum(play.milliseconds) / 1000
    width, height = play.size
    drawn_so = f"{frames} frames of {width}×{height}, {seconds:.0f} s"
    whole, _ = play.whole()
    lacking = lacking_said([*whole.texts, *(column.name for column in drawn.flow.columns)])
    caller.note(f"wrote {output} ({'; '.join(filter(None, (drawn_so, lacking)))})")


def export_film(
    output: str | Path,
    image: ImageLike | DataLike | Trace | None = None,
    kernels: KernelLike | Sequence[KernelLike] | None = None,
    bias: float | Sequence[float] | None = None,
    *,
    padding: str | int | Sequence[int] = "valid",
    strides: int | Sequence[int] = 1,
    dilation_rate: int | Sequence[int] = 1,
    activation: str | None = None,
    depthwise: bool = False,
    combine: Literal["sum", "max"] | None = None,
    pooling: PoolingLayer | None = None,
    network: NetworkLike | None = None,
    input_shape: Shape | None = None,
    weights: str | Path | None = None,
    resize: bool = False,
    class_names: Sequence[str] | None = None,
    target: str | int | None = None,
    training_steps: int | None = None,
    batch_size: int | None = None,
    samples: int | None = None,
    loss: str | None = None,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    seed: int = 0,
    width: int = DEFAULT_WIDTH,
    speed: float = DEFAULT_SPEED,
    theme: Theme = "light",
    force: bool = False,
    say: Say = ignore,
) -> Path:
    """Write a film in which a calculation plays: the window slides, and the output fills up.

    With `kernels` it is of a calculation on the `image`, with every option of `calculate`; with a
    `network`, of that, layer after layer, with the options of `record`; with `training_steps`, of
    its training, forward and back, with the options of `export_training`. In the place of the image
    may stand a trace.
    Arguments: the `output`, a .gif, a .webp, a .mp4 where ffmpeg is, or a folder's name without an
    ending for a picture a frame; the film's `width` in pixels, its `speed` in scenes a second, its
    `theme`, "light", "dark" or "print"; whether an existing file is replaced by `force`; `say`,
    which hears what was read and written.
    Returns the file, or the folder, that was written.
    Raises OptionError for options that don't go together, OutputError where it can't be written,
    and what `calculate`, `record` and `export_training` raise.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     export_film(Path(folder) / "blur.gif", [[1, 2], [3, 4]], [[0.5, 0.5]], width=320).name
    'blur.gif'
    """
    require_flag(force, "force")
    look, caller, path = FilmLook(width, speed, theme), Caller(say), as_path(output, "output")
    wanted = calculation_options(
        kernels,
        bias,
        padding,
        strides,
        dilation_rate,
        activation,
        pooling,
        combine,
        depthwise=depthwise,
    )
    whole = network_export(network, input_shape, weights, class_names, target, resize=resize)
    training = TrainingExport(training_steps, batch_size, samples, loss, optimizer, learning_rate)
    if isinstance(image, Trace):
        _require_trace_alone(wanted, whole, training, seed)
        form = _form(path)
        _check(path, form, force=force)
        _write(path, form, trace_flow(image), look, caller, force=force)
        return path
    given = InputOptions(named(image, "image"))
    asked = FlowRequest(given, wanted, whole, training, given_seed(seed))
    return write_film(path, asked, look, caller, force=force)


def _require_trace_alone(
    wanted: CalculationOptions, whole: NetworkExport, training: TrainingExport, seed: int
) -> None:
    """Refuse options that would do nothing for a trace, whose numbers are there."""
    given = given_options(training) + given_options(whole)
    given += ["--seed"] if seed else []
    given += ["options of a calculation"] if wanted != NO_CALCULATION else []
    if given:
        message = "a trace plays as it is, without what would make another. "
        raise OptionError(message + f"Received: {', '.join(given)}")
