"""Write down what the shipped instruments are: python -m intimacy_scales.instrument.release.

Each version of a shipped instrument is kept as it was, so that answers to it are scored by it for ever, and
its digest stands in a list that only grows, with those of the item banks. So does each translation, by the
version of its form and its own revision (``0.3.0+1``), with the digest of what people are shown. To be run
after a version or a revision was raised; a test fails until it was, and where content changed under one that
is in the list.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from intimacy_scales.instrument.digests import translation_digest
from intimacy_scales.instrument.combined_translation import gathered
from intimacy_scales.instrument.languages import parts_in, read_language, read_translation, translations_of
from intimacy_scales.instrument.loading import (
    load_bank,
    load_shipped,
    made_of,
    shipped_banks,
    shipped_ids,
)
from intimacy_scales.instrument.shipped import (
    FORMS,
    digests_file,
    released_file,
    released_translation_file,
    shipped_files,
)
from intimacy_scales.instrument.translating import in_language, variants_of
from intimacy_scales.instrument.translation import TranslationFile

Key = tuple[str, str, str]


def current() -> dict[Key, str]:
    """Return kind, id and version of what is shipped → its digest."""
    forms = [load_shipped(name) for name in shipped_ids()]
    banks = [load_bank(name) for name in shipped_banks()]
    return (
        {("bank", bank.id, bank.version): bank.digest for bank in banks}
        | {("instrument", form.id, form.version): form.digest for form in forms}
        | {key: digest for key, (_, digest) in translations().items()}
    )


def translations() -> dict[Key, tuple[TranslationFile, str]]:
    """Return what is to be kept of each shipped translation: the whole in one file, and its digest."""
    found: dict[Key, tuple[TranslationFile, str]] = {}
    for name in shipped_ids():
        path, form = shipped_files(FORMS)[name], load_shipped(name)
        for tag in translations_of(path):
            parts, words = parts_in(form, made_of(path, form), tag), read_language(tag)
            file = gathered(form, parts, words)
            variants = variants_of(file, None) or (None,)
            digest = translation_digest([in_language(form, parts, words, variant) for variant in variants])
            found["translation", f"{name}.{tag}", f"{form.version}+{file.revision}"] = file, digest
    return found


def listed() -> dict[Key, str]:
    """Return kind, id and version of all that was ever released → its digest."""
    found: dict[Key, str] = {}
    for line in digests_file().read_text(encoding="utf-8").splitlines():
        kind, name, version, digest = line.split(" ")
        found[kind, name, version] = digest
    return found


def main() -> None:
    """Add what is new, and stop where something changed under its version."""
    known, now = listed(), current()
    if changed := [key for key, digest in now.items() if known.get(key, digest) != digest]:
        sys.exit(_told(changed))
    new = {key: digest for key, digest in now.items() if key not in known}
    with digests_file().open("a", encoding="utf-8", newline="\n") as file:
        for (kind, name, version), digest in sorted(new.items()):
            file.write(f"{kind} {name} {version} {digest}\n")
            if kind == "instrument":
                _keep(released_file(name, version), name, version)
    for translation, _ in translations().values():
        _keep_translation(translation)


def _told(changed: Iterable[Key]) -> str:
    """Say what changed under its version, and what to raise."""
    kinds = {kind for kind, _, _ in changed}
    raised = ["Raise the version in its file"] if kinds != {"translation"} else []
    if "translation" in kinds:
        raised.append(
            "Raise the revision in the file of the form's translation (scii-24.de is scii-24.de.toml)"
        )
    told = ", ".join(" ".join(key) for key in changed)
    return f"changed under a version that was released: {told}. {'. '.join(raised)}"


def _keep(path: Path, name: str, version: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f"# {name} {version} as it was released, for answers that were given to it. It does not change.\n"
    path.write_text(head + load_shipped(name).to_toml(), encoding="utf-8", newline="\n")


def _keep_translation(file: TranslationFile) -> None:
    """Write a translation, or what is known of it by now: its texts are those in the list."""
    import tomli_w

    path = released_translation_file(file.of, file.version, file.language, file.revision)
    if path.exists() and read_translation(path) == file:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    told = f"{file.of} {file.version} in {file.language}, revision {file.revision}"
    head = f"# {told}, as it was released, for answers that were given to it. Its texts do not change.\n"
    document = file.model_dump(mode="json", exclude_defaults=True)
    # what tells it from others stands first, also where it is the default
    first = {name: document.pop(name, getattr(file, name)) for name in ("of", "version", "revision")}
    path.write_text(head + tomli_w.dumps(first | document), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
