"""First syncs a second: 8 clients ask at the same time, as on a Monday at 07:30."""

from ..load import Asked, Rate, reading
from ..measuring import sample
from ..results import Figure, exact
from ..servers import Server, naive, toso
from ..stage import Stage
from ..wire import Line
from .first import first_sync, naive_paths, since

WANTED = 500


def measure(stage: Stage, workers: tuple[int, ...]) -> list[Figure]:
    """First syncs a second with so many server processes; its requests each by itself beside it."""
    figures = []
    for number in workers:
        last = number == max(workers)
        with toso(stage.env, number) as server:
            asked, parts = _asked(stage, server), _parts(stage)
            whole = _rate(stage, server, asked, 3, stage.scale.load_seconds)
            short = max(stage.scale.load_seconds / 2, 1)
            alone = [_rate(stage, server, [a for a in asked if part in a.path], 1, short) for part in parts]
        name = f"First syncs on {stage.engine}, 8 clients, {number} server process{'es' if number > 1 else ''}"
        other = _naive(stage, number) if last else None
        figures.append(
            Figure(
                f"first-syncs-{stage.engine}-{number}", name, "syncs/s", whole.sample, WANTED if last else None,
                "at least" if last else "", other.sample if other else None,
                f"all three requests of a first sync; the client takes {whole.client_cores:.2f} of a core",
            )
        )  # fmt: skip
        for part, rate in zip(parts, alone, strict=True):
            figures.append(
                Figure(
                    f"first-syncs-{stage.engine}-{number}{part.replace('/', '-')}", f"{name}: {parts[part]} alone",
                    "answers/s", rate.sample, note=f"{rate.cpu_ms:.2f} ms of processor time each",
                )
            )  # fmt: skip
        if last:
            figures.append(
                Figure(
                    f"first-sync-cpu-{stage.engine}", f"First sync on {stage.engine}: processor time, server and database",
                    "ms", exact(whole.cpu_ms), naive=exact(other.cpu_ms) if other else None,
                    note="what a first sync costs however busy the machine is",
                )
            )  # fmt: skip
    return figures


def _parts(stage: Stage) -> dict[str, str]:
    return {"/snapshot": "the snapshot"} if stage.scale.quick else {
        "/me": "who am I", "/snapshot": "the snapshot", "/changes": "changes after it",
    }  # fmt: skip


def _asked(stage: Stage, server: Server) -> list[Asked]:
    cell = stage.cells[0]["cell"]
    asked = []
    with Line(server.port, stage.tokens[0][0]) as line:
        first_sync(line, cell)
        held = line.get(f"/api/v1/cells/{cell}/snapshot").json()
    for token in stage.tokens[0]:
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "br, gzip"}
        after = f"changes?after={held['seq']}&epoch={held['epoch']}&since={held['since']}"
        paths = ("/api/v1/me", f"/api/v1/cells/{cell}/snapshot", f"/api/v1/cells/{cell}/{after}")
        asked += [Asked(path, headers) for path in paths]
    return asked


def _rate(stage: Stage, server: Server, asked: list[Asked], requests: int, seconds: float) -> Rate:
    reading(server.port, asked, 1, stage.folder)
    before = server.cpu_seconds()
    loads = [reading(server.port, asked, seconds, stage.folder) for _ in range(stage.scale.load_times)]
    spent = server.cpu_seconds() - before
    syncs = sum(load.answers for load in loads) / requests
    return Rate(
        sample([load.per_second / requests for load in loads]), max(load.client_cores for load in loads),
        spent * 1000 / syncs,
    )  # fmt: skip


def _naive(stage: Stage, workers: int) -> Rate:
    headers = {"Authorization": f"Token {stage.naive_told['tokens'][0]}", "Accept-Encoding": "gzip"}
    with naive(stage.naive_env, workers) as server:
        asked = []
        with Line(server.port, stage.naive_told["tokens"][0], "Token") as line:
            for path in naive_paths(since(stage)):
                at: str | None = path
                while at:
                    asked.append(Asked(at, headers))
                    found = line.get(at).json()["next"]
                    at = found[found.index("/api/") :] if found else None
        return _rate(stage, server, asked, len(asked), stage.scale.load_seconds)
