import re
import sys

import pytest
from PIL import Image, ImageDraw

from tools import pictures
from tools.pictures import Drawn, Terminal, difference, missing


def saved(path, *frames):
    frames[0].save(path, save_all=len(frames) > 1, append_images=frames[1:])
    return path


def grid(*, moved=0, width=160):
    image = Image.new("RGB", (width, 80), "white")
    ImageDraw.Draw(image).rectangle((40 + moved, 20, 80 + moved, 60), fill="navy")
    return image


def test_what_cnncalc_draws_must_be_the_same_to_the_pixel(tmp_path):
    made, kept = saved(tmp_path / "a.png", grid()), saved(tmp_path / "b.png", grid(moved=1))
    assert difference(made, made, 0.0) == ""
    assert difference(made, kept, 0.0) == "differs by 1.63 grey levels; 0 are allowed"


def test_what_another_program_draws_may_differ_a_little_and_no_more(tmp_path):
    made, kept = saved(tmp_path / "a.png", grid()), saved(tmp_path / "b.png", grid(moved=1))
    assert difference(made, kept, 2.0) == ""
    other = saved(tmp_path / "c.png", grid(moved=30))
    assert "grey levels; 2 are allowed" in difference(made, other, 2.0)


def test_a_size_may_differ_by_three_hundredths_where_another_program_draws(tmp_path):
    made = saved(tmp_path / "a.png", grid(width=160))
    slightly, much = (saved(tmp_path / f"{n}.png", grid(width=n)) for n in (162, 170))
    assert difference(made, slightly, 9.0) == ""
    assert difference(made, slightly, 0.0) == "is 162 × 80 pixels, today 160 × 80"
    assert difference(made, much, 9.0) == "is 170 × 80 pixels, today 160 × 80"


def test_a_film_is_compared_frame_by_frame(tmp_path):
    made = saved(tmp_path / "a.gif", grid(), grid(moved=20))
    assert difference(made, made, 0.0) == ""
    shorter = saved(tmp_path / "b.gif", grid())
    assert difference(made, shorter, 0.0) == "has 1 frames, today 2"
    other = saved(tmp_path / "c.gif", grid(), grid(moved=40))
    assert "grey levels" in difference(made, other, 0.0)


def test_a_figure_must_be_the_same_to_the_letter(tmp_path):
    made, kept = tmp_path / "a.svg", tmp_path / "b.svg"
    made.write_text("<svg>1</svg>")
    assert difference(made, kept, 0.0) == "is not there"
    kept.write_text("<svg>2</svg>")
    assert difference(made, kept, 0.0) == "is not what is drawn today"


@pytest.mark.parametrize("maker", [Drawn("show article:6x6"), Terminal("show article:6x6")])
def test_a_picture_is_drawn_alike_each_time(maker, tmp_path):
    first, second = tmp_path / "1" / "show.svg", tmp_path / "2" / "show.svg"
    for path in (first, second):
        path.parent.mkdir()
        maker.make(path)
    assert first.read_text(encoding="utf-8").startswith("<svg")
    assert difference(first, second, maker.tolerance) == ""


def test_a_terminal_is_drawn_in_colours_below_its_command_and_fetches_no_font(tmp_path):
    Terminal("show article:6x6").make(tmp_path / "show.svg")
    svg = (tmp_path / "show.svg").read_text(encoding="utf-8").replace("&#160;", " ")
    assert "$ cnncalc show article:6x6" in svg
    assert " 253 " in svg
    assert len(set(re.findall(r"#[0-9a-f]{6}", svg))) > 20
    assert "url(" not in svg.replace("url(#", "")


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["pictures.py", *arguments])
    status = pictures.main()
    return status, capsys.readouterr().out


def test_a_stale_picture_is_named_and_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pictures, "FOLDER", tmp_path)
    monkeypatch.setattr(pictures, "PICTURES", {"grid.svg": Drawn("show article:6x6")})
    assert run(monkeypatch, capsys, "--check") == (1, "docs/pictures/grid.svg is not there\n")
    assert run(monkeypatch, capsys, "--write") == (0, "docs/pictures/grid.svg written\n")
    assert run(monkeypatch, capsys, "--check") == (0, "")


def test_a_picture_whose_program_is_missing_is_left_out_and_told(monkeypatch, capsys):
    maker = next(maker for maker in pictures.PICTURES.values() if maker.programs)
    monkeypatch.setattr(pictures.shutil, "which", lambda _: None)
    monkeypatch.setattr(pictures, "PICTURES", {"it.png": maker})
    said = f"docs/pictures/it.png needs {', '.join(missing(maker))}\n"
    assert run(monkeypatch, capsys, "--check") == (0, said)
    assert run(monkeypatch, capsys, "--check", "--all") == (1, said)


def test_an_unknown_picture_is_refused(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, capsys, "--check", "nope.png")
    assert "film.gif, page.png" in (said := capsys.readouterr().err)
    assert said.endswith("Received: nope.png\n")


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path):
    with pytest.raises(SystemExit, match=r"(?s)show nope\.png\n.*nope\.png"):
        Terminal("show nope.png").make(tmp_path / "nope.svg")
