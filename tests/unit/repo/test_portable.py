import re

from tests.unit.repo.files import tracked_texts

# Put together here, so that this file does not name them either.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("proxy", "golang", "org"),
        ("repo1?", "maven"),
        ("deb", "debian", "org"),
    )
]
HOSTS = re.compile(r"|".join(name.replace(".", r"\.") for name in REGISTRIES))

MACHINE_PATHS = re.compile(r"(?<![\w.*}/-])/(?:root|home|Users|work)/\w")


def _hits(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}"
        for name, text in tracked_texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert _hits(HOSTS) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert _hits(MACHINE_PATHS) == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert HOSTS.search("https://" + ".".join(("files", "pythonhosted", "org")) + "/x")
    assert MACHINE_PATHS.search("see " + "/".join(("", "home", "ann", "neoscore")))
