"""Published files and what is known of each; where the published weights are given out."""

from __future__ import annotations

from dataclasses import dataclass

HUB = "https://huggingface.co"
GOOGLE_DRIVE = "https://drive.google.com/drive/folders/1a9yWR2iooXFAqjQHetz263--4_2FFggg"
ZOO = "UCLA-VAIL/Navigation-Model-Zoo-Public"
ZOO_REVISION = "9c1f523ef8dddbccb6dee1d3d588112f754bc8f2"
MIT_CODE = "MIT (of the code it was published with; the weights name none of their own)"


@dataclass(frozen=True)
class PublishedFile:
    """One file that has an address of its own."""

    name: str
    """In a repository, with the folder."""
    url: str
    size: int | None = None
    """Bytes, where on record."""
    sha256: str | None = None
    repository: str | None = None
    """On the Hugging Face hub, if it lies there."""
    revision: str | None = None
    """The repository's, None for the newest."""
    of_data_set: bool = False
    """Whether the repository is a data set's, not a model's."""


@dataclass(frozen=True)
class Publication:
    """What one name of ``navbench agent fetch`` stands for: files, or a page for people to get them from."""

    name: str
    title: str
    publisher: str
    licence: str
    page: str
    files: tuple[PublishedFile, ...] = ()
    """Empty where the publisher has a page without direct addresses."""


def file_on_hub(
    repository: str,
    name: str,
    size: int | None = None,
    sha256: str | None = None,
    *,
    revision: str | None = None,
    of_data_set: bool = False,
) -> PublishedFile:
    """A file of a repository of the Hugging Face hub."""
    page = data_set_page(repository) if of_data_set else f"{HUB}/{repository}"
    url = f"{page}/resolve/{revision or 'main'}/{name}"
    return PublishedFile(name, url, size, sha256, repository, revision, of_data_set)


def data_set_page(repository: str) -> str:
    """Address of the page where people read about a data set of the hub."""
    return f"{HUB}/datasets/{repository}"


def _visualnav(name: str, title: str) -> Publication:
    return Publication(name, title, "Shah, Sridhar et al., visualnav-transformer", MIT_CODE, GOOGLE_DRIVE)


def _hirose(name: str, title: str, file: PublishedFile) -> Publication:
    page = f"{HUB}/{file.repository}"
    return Publication(name, title, "Hirose et al., Learning-to-Drive-Anywhere-with-MBRA", MIT_CODE, page, (file,))


def _zoo(name: str, title: str, *files: tuple[str, int, str]) -> Publication:
    return Publication(
        f"zoo-{name}",
        f"{title}, ONNX",
        "He, UCLA-VAIL",
        "Apache-2.0 (as the zoo states for all its files)",
        f"{HUB}/{ZOO}",
        tuple(file_on_hub(ZOO, *file, revision=ZOO_REVISION) for file in files),
    )


PUBLICATIONS = (
    _visualnav("gnm", "GNM (gnm_large.pth)"),
    _visualnav("vint", "ViNT (vint.pth)"),
    _visualnav("vint_late_fusion", "ViNT with late fusion (vint_late_fusion.pth)"),
    _visualnav("nomad", "NoMaD (nomad.pth)"),
    _hirose(
        "mbra",
        "MBRA's relabeller",
        file_on_hub(
            "NHirose/MBRA",
            "mbra.pth",
            394_751_761,
            "1c61f83a83c5288fc82bd71e8b36e099e5b53650815c8ce2e55d774e6d6edd92",
        ),
    ),
    _hirose("logonav", "LogoNav, MBRA's policy", file_on_hub("NHirose/LogoNav", "logonav.pth")),
    Publication(
        "citywalker",
        "CityWalker, 2000 hours",
        "Liu et al., ai4ce/CityWalker",
        "Apache-2.0 (of the code; the file carries none of its own)",
        "https://github.com/ai4ce/CityWalker/releases/tag/v1.0",
        (
            PublishedFile(
                "CityWalker_2000hr.ckpt",
                "https://github.com/ai4ce/CityWalker/releases/download/v1.0/CityWalker_2000hr.ckpt",
                1_752_028_242,
                "a42326778e5e318c6222575dc5e02f1794d9a60cce4dc8f8a2ee5df7dc6d1c29",
            ),
        ),
    ),
    _zoo(
        "gnm",
        "GNM",
        (
            "GNM_GL_Official/gnm_imagegoal.onnx",
            619_733,
            "8914d698a58f0f49ca8da5a2f61d646d759a2178ad6f8a89f0e863b625110c77",
        ),
        (
            "GNM_GL_Official/gnm_imagegoal.onnx.data",
            34_603_008,
            "2764830aaf3d0a6189f1f2a0d5c9d2f4c725aa9cc9638a8beeae9e6c9dd59b8a",
        ),
    ),
    _zoo(
        "vint",
        "ViNT",
        (
            "Vint_GL_Official/vint_imagegoal.onnx",
            1_415_900,
            "d480bf0fc28f6c1d84f568bf28733f6b418920218e3affd6f9d59fff1506ecec",
        ),
        (
            "Vint_GL_Official/vint_imagegoal.onnx.data",
            95_748_096,
            "399b8d50e7fcc812a69734fcc51f40dd313d964fec79d6fea3429252bc994791",
        ),
    ),
    _zoo(
        "nomad",
        "NoMaD",
        (
            "NoMaD_GL_Official/nomad_vision_encoder.onnx",
            47_986_697,
            "a3477772d7ff671dbba9711c58b2df89deb9b1b6a93cae07c530524ab6d47377",
        ),
        (
            "NoMaD_GL_Official/nomad_vision_encoder.onnx.data",
            47_448_064,
            "57ceee7e8f0777b6e5cb444cddb1e17549e8188c78ba414463696b130031b320",
        ),
        (
            "NoMaD_GL_Official/nomad_noise_pred.onnx",
            15_554_469,
            "f3588e1ff53ba748240f160d3cd3fec0c9c987f05e59ec64a631c3536e036e34",
        ),
        (
            "NoMaD_GL_Official/nomad_dist_pred.onnx",
            71_682,
            "adab58bef61d7b8d0f2bf04636853f0056229e06634e2536a5e7821d6b9def4f",
        ),
        (
            "NoMaD_GL_Official/nomad_dist_pred.onnx.data",
            69_632,
            "f5c54bf7d70159a741188ad5d84348e11a673e424064f6493ffbed1a0ba4b76b",
        ),
    ),
    _zoo(
        "citywalker",
        "CityWalker",
        (
            "CityWalker_PG_Official/citywalker.onnx",
            806_082_192,
            "9e8fb9ff081a883d80f0502d5b7e9046ed4b0dfafd46fe96ff5ad16194f0949a",
        ),
    ),
    _zoo(
        "mbra",
        "LogoNav (the zoo calls it MBRA)",
        (
            "MBRA_PG_Official/mbra.onnx",
            253_629_409,
            "fc42919737964d9c4db9428d8a836ad9d95007f1a41fcf5cf95526e1042f17a5",
        ),
    ),
    _zoo(
        "s2e",
        "S2E, behaviour cloning",
        ("S2E/s2e.onnx", 381_993_971, "ee1410ab55a54946cf25323e82b3be2a8cb106e2ccb2ad878e7638839686108a"),
    ),
)
"""Facts of autumn 2026. Hashes and sizes are third parties' records: nobody here could download the files."""
