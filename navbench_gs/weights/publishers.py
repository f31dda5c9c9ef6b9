"""Where the published weights are given out, and what is known of each file."""

from __future__ import annotations

from dataclasses import dataclass

HUB = "https://huggingface.co"
GOOGLE_DRIVE = "https://drive.google.com/drive/folders/1a9yWR2iooXFAqjQHetz263--4_2FFggg"
ZOO = "UCLA-VAIL/Navigation-Model-Zoo-Public"


@dataclass(frozen=True)
class PublishedFile:
    """One file that has an address of its own."""

    name: str
    url: str
    size: int | None = None
    """Bytes, where known."""
    sha256: str | None = None


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
    repository: str | None = None
    """On the Hugging Face hub, if the files are taken from a folder of it as it is now."""
    patterns: tuple[str, ...] = ()
    """Names of the files in the repository, with wildcards."""

    @property
    def is_direct(self) -> bool:
        """Whether there is something to download without a person's help."""
        return bool(self.files or self.repository)


MIT_CODE = "MIT (of the code it was published with; the weights name none of their own)"


def _visualnav(name: str, title: str) -> Publication:
    return Publication(name, title, "Shah, Sridhar et al., visualnav-transformer", MIT_CODE, GOOGLE_DRIVE)


def _hirose(name: str, title: str, repository: str, file: PublishedFile) -> Publication:
    return Publication(
        name, title, "Hirose et al., Learning-to-Drive-Anywhere-with-MBRA", MIT_CODE, f"{HUB}/{repository}", (file,)
    )


def _zoo(name: str, title: str, folder: str) -> Publication:
    return Publication(
        f"zoo-{name}",
        f"{title}, ONNX",
        "He, UCLA-VAIL",
        "Apache-2.0 (as the zoo states for all its files)",
        f"{HUB}/{ZOO}",
        repository=ZOO,
        patterns=(f"{folder}/*.onnx", f"{folder}/*.onnx.data"),
    )


PUBLICATIONS = (
    _visualnav("gnm", "GNM (gnm_large.pth)"),
    _visualnav("vint", "ViNT (vint.pth)"),
    _visualnav("vint_late_fusion", "ViNT with late fusion (vint_late_fusion.pth)"),
    _visualnav("nomad", "NoMaD (nomad.pth)"),
    _hirose(
        "mbra",
        "MBRA's relabeller",
        "NHirose/MBRA",
        PublishedFile(
            "mbra.pth",
            f"{HUB}/NHirose/MBRA/resolve/main/mbra.pth",
            394_751_761,
            "1c61f83a83c5288fc82bd71e8b36e099e5b53650815c8ce2e55d774e6d6edd92",
        ),
    ),
    _hirose(
        "logonav",
        "LogoNav, MBRA's policy",
        "NHirose/LogoNav",
        PublishedFile("logonav.pth", f"{HUB}/NHirose/LogoNav/resolve/main/logonav.pth"),
    ),
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
    _zoo("gnm", "GNM", "GNM_GL_Official"),
    _zoo("vint", "ViNT", "Vint_GL_Official"),
    _zoo("nomad", "NoMaD", "NoMaD_GL_Official"),
    _zoo("citywalker", "CityWalker", "CityWalker_PG_Official"),
    _zoo("mbra", "LogoNav (the zoo calls it MBRA)", "MBRA_PG_Official"),
    _zoo("s2e", "S2E", "S2E"),
)
"""Facts of October 2026; a hash is named only where it is on record."""
