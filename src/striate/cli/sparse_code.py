"""`striate sparse-code`."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from striate.cli.console import output
from striate.words import count, duration

if TYPE_CHECKING:
    from torch import Tensor

    from striate.view.picture import Picture


def sparse_code(
    photos: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PHOTOS]",
            help="A folder of photographs; without it the one of this package, and an image of dead leaves.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--output", metavar="FOLDER", help="Where filters, figures and picture are written.")
    ] = Path("runs/sparse-code"),
    filters: Annotated[int, typer.Option(min=1, help="Filters in the dictionary.")] = 100,
    size: Annotated[int, typer.Option(min=3, help="Side of a filter in pixels.")] = 12,
    sparsity: Annotated[float, typer.Option(min=0, help="Cost of the codes, lambda; images have variance 1.")] = 1.0,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 400,
    convolutional: Annotated[
        bool, typer.Option("--convolutional", help="Code images by maps, instead of patches as large as a filter.")
    ] = False,
    noise: Annotated[
        bool, typer.Option("--noise", help="Learn from white noise instead: what photographs give must be missing.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the first filters, the patches and the noise.")] = 0,
) -> None:
    """Learn a sparse code of photographs (Olshausen and Field, 1996), and fit Gabor functions to its filters."""
    if noise and photos is not None:
        raise typer.BadParameter("learns from noise, not from photographs: leave PHOTOS out", param_hint="--noise")
    from time import perf_counter  # noqa: PLC0415  torch takes a second; --help has none

    from striate.data.natural_images import read_photographs  # noqa: PLC0415
    from striate.filters.gabor_fit import GOOD_FIT  # noqa: PLC0415
    from striate.lineage.systems.sparse_coding import images_to_learn, learn  # noqa: PLC0415
    from striate.view.dictionary import dictionary  # noqa: PLC0415

    start = perf_counter()
    if photos is None:
        images = images_to_learn(noise=noise, seed=seed)
        source = "white noise" if noise else "the photograph of this package and dead leaves"
    else:
        images = read_photographs(photos)
        source = f"{count(len(images), 'photograph')} in {photos}"
    output.print(f"{count(filters, 'filter')} of {size} x {size} learn {source}", soft_wrap=True)
    with _bar(steps) as advance:
        found = learn(
            images,
            filters=filters,
            size=size,
            sparsity=sparsity,
            steps=steps,
            convolutional=convolutional,
            seed=seed,
            on_step=advance,
        )
    r2, energies = found.fit.r2, found.energies
    form = "convolutional form" if convolutional else "patch form"
    _write(out, found.weight, dictionary(found.weight, r2, f"Learnt from {source}; {form}"), {
        "source": source, "form": form, "steps": steps, "sparsity": sparsity, "seed": seed,
        "energy_first": energies[0], "energy_last": energies[-1],
        "gabor_share_above_0.7": found.share, "gabor_median": float(r2.median()), "gabor": r2.tolist(),
    })  # fmt: skip
    output.print(
        f"{found.share:.0%} of the filters are Gabor functions to more than {GOOD_FIT:.0%}, "
        f"{float(r2.median()):.0%} in the median. {duration(perf_counter() - start)}. "
        f"{out} holds dictionary.png, .safetensors and figures.json.",
        soft_wrap=True,
    )


def _bar(steps: int) -> Any:  # noqa: ANN401  a context manager that gives a function
    """A bar on a terminal; elsewhere nothing."""
    if not output.is_terminal:
        return nullcontext(lambda: None)
    from contextlib import contextmanager  # noqa: PLC0415

    from rich.progress import Progress  # noqa: PLC0415

    @contextmanager
    def shown() -> Any:  # noqa: ANN401
        with Progress(console=output, transient=True) as progress:
            task = progress.add_task("", total=steps)
            yield lambda: progress.advance(task)

    return shown()


def _write(out: Path, weight: "Tensor", picture: "Picture[Tensor]", figures: dict[str, Any]) -> None:
    from safetensors.torch import save  # noqa: PLC0415

    from striate.train.files import write_atomically, write_json  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    picture.save(out / "dictionary.png")
    write_atomically(out / "dictionary.safetensors", save({"weight": weight}))
    write_json(out / "figures.json", figures)
