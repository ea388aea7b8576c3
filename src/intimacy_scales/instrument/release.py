"""A record of all released instruments: python -m intimacy_scales.instrument.release adds new ones.

Each version of a shipped instrument is kept unchanged, so that answers to it can always be scored by it. Its
digest is added to a list, as are the digests of the item banks and of each translation, which is identified
by the version of its form and its own revision (``0.3.0+1``). Run it after a version or a revision was
raised: a test fails until then, and also if content changed under a version or revision that is in the list.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from intimacy_scales.instrument.combined_translation import combine_translation
from intimacy_scales.instrument.digests import translation_digest
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
    """Return (kind, id, version) → digest of all instruments, banks and translations that are shipped."""
    forms = [load_shipped(name) for name in shipped_ids()]
    banks = [load_bank(name) for name in shipped_banks()]
    return (
        {("bank", bank.id, bank.version): bank.digest for bank in banks}
        | {("instrument", form.id, form.version): form.digest for form in forms}
        | {key: digest for key, (_, digest) in translations().items()}
    )


def translations() -> dict[Key, tuple[TranslationFile, str]]:
    """Return each shipped translation, combined in one file, with its digest."""
    combined: dict[Key, tuple[TranslationFile, str]] = {}
    for name in shipped_ids():
        path, form = shipped_files(FORMS)[name], load_shipped(name)
        for tag in translations_of(path):
            parts, words = parts_in(form, made_of(path, form), tag), read_language(tag)
            file = combine_translation(form, parts, words)
            variants = variants_of(file, None) or (None,)
            digest = translation_digest([in_language(form, parts, words, variant) for variant in variants])
            combined["translation", f"{name}.{tag}", f"{form.version}+{file.revision}"] = file, digest
    return combined


def listed() -> dict[Key, str]:
    """Return (kind, id, version) → digest of everything that was ever released."""
    digests: dict[Key, str] = {}
    for line in digests_file().read_text(encoding="utf-8").splitlines():
        kind, name, version, digest = line.split(" ")
        digests[kind, name, version] = digest
    return digests


def main() -> None:
    """Add new versions to the record; exit with a message if content changed under a released version."""
    known, now = listed(), current()
    if changed := [key for key, digest in now.items() if known.get(key, digest) != digest]:
        sys.exit(_changed_message(changed))
    new = {key: digest for key, digest in now.items() if key not in known}
    with digests_file().open("a", encoding="utf-8", newline="\n") as file:
        for (kind, name, version), digest in sorted(new.items()):
            file.write(f"{kind} {name} {version} {digest}\n")
            if kind == "instrument":
                _keep(released_file(name, version), name, version)
    for translation, _ in translations().values():
        _keep_translation(translation)


def _changed_message(changed: Iterable[Key]) -> str:
    """Return a message that lists what changed under a released version, and what to raise."""
    kinds = {kind for kind, _, _ in changed}
    advice = ["Raise the version in its file"] if kinds != {"translation"} else []
    if "translation" in kinds:
        advice.append(
            "Raise the revision in the file of the form's translation (scii-24.de is scii-24.de.toml)"
        )
    names = ", ".join(" ".join(key) for key in changed)
    return f"changed under a version that was released: {names}. {'. '.join(advice)}"


def _keep(path: Path, name: str, version: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f"# {name} {version} as it was released, for answers that were given to it. It does not change.\n"
    path.write_text(head + load_shipped(name).to_toml(), encoding="utf-8", newline="\n")


def _keep_translation(file: TranslationFile) -> None:
    """Write the file of a translation, unless it is as it was; only its status and evidence may change."""
    import tomli_w

    path = released_translation_file(file.of, file.version, file.language, file.revision)
    if path.exists() and read_translation(path) == file:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    name = f"{file.of} {file.version} in {file.language}, revision {file.revision}"
    head = f"# {name}, as it was released, for answers that were given to it. Its texts do not change.\n"
    document = file.model_dump(mode="json", exclude_defaults=True)
    # the fields that identify it come first, also where they hold their default
    first = {field: document.pop(field, getattr(file, field)) for field in ("of", "version", "revision")}
    path.write_text(head + tomli_w.dumps(first | document), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
