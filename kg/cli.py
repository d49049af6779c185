"""The command line: the only place that talks to a person.

Heavy libraries are imported inside the commands, so that help comes at once.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from kg import __version__
from kg.commands.ask import ask
from kg.commands.cascade import cascade
from kg.commands.check import check
from kg.commands.compare import compare
from kg.commands.correct import correct
from kg.commands.corrections import corrections
from kg.commands.due import due
from kg.commands.engines import builder, engine_options
from kg.commands.importing import import_files
from kg.commands.load import load
from kg.commands.missing import missing
from kg.commands.options import WORDS, as_json, opened, output_file, pages_in, store_option
from kg.commands.originality import originality
from kg.commands.parts import parts
from kg.commands.pledges import pledges
from kg.commands.progress import Reporter, near, progress
from kg.commands.push import push
from kg.commands.reading import column_options, columns_of, reading_options
from kg.commands.search import search
from kg.commands.serve import serve
from kg.commands.trace import trace
from kg.commands.validate import validate
from kg.commands.verify import verify
from kg.commands.views import VIEWS_TOLD, require_view, view_options, write_view
from kg.commands.who import who
from kg.errors import KgError, told

if TYPE_CHECKING:
    from kg.build import BuildReport
    from kg.inputs import Locator
    from kg.inspect.report import Inspection
    from kg.models import ReadOptions
    from kg.show import Card, Group
    from kg.store import Store
    from kg.workers import Limits

    _Inspected = tuple[Locator, str, ReadOptions]  # where it is, its name

_EPILOG = """\b
Exit codes:
  0    done
  1    something could not be done; the message says what
  2    the command was not understood
  130  interrupted (Ctrl-C)     143  terminated
The store then holds whole documents only; the same command goes on.

\b
Start with:
  kg build examples/
  kg query --name documents
  kg render -o graph.html
"""
# As the formats are named in kg.export and kg.results, which would be slow to import here; a
# test compares them.
EXPORT_FORMATS = (
    *("turtle", "trig", "ntriples", "nquads", "jsonld", "rdfxml"),
    *("graphml", "gexf", "neo4j", "csvw", "csv", "xlsx", "parquet"),
)
EXPORT_SUFFIXES = {
    ".ttl": "turtle",
    ".trig": "trig",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".jsonld": "jsonld",
    ".rdf": "rdfxml",
    ".graphml": "graphml",
    ".gexf": "gexf",
    ".xlsx": "xlsx",
}
EXPORT_FOLDERS = ("neo4j", "csvw", "csv", "parquet")
INDEX_PAGE = "index.html"
SMALL_TEXT = 2**20  # bytes of a plain text that is read in no time
INSPECT_FORMATS = ("table", "json", "html")
QUERY_FORMATS = ("table", "csv", "tsv", "json", "turtle")
CLASSES = (
    *("PolicyDocument", "Agency", "Program", "Region", "Section", "Task", "Target", "Indicator"),
    *("Responsibility", "Citation", "Reuse", "TitleEcho", "Mention"),
)
ENTITY_TYPES = ("Agency", "Program", "Document", "Region", "Task", "Target")


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM."""


class Commands(click.Group):
    """Commands in the order of work; our errors become one line, an interrupt its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands as they are defined."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (KgError, OSError, MemoryError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # click's own end: a reader that goes away (| head) is no error
            if ctx.params.get("debug"):
                traceback.print_exc()
            raise click.ClickException(_line_of(error)) from error
        except Terminated:
            click.echo("Terminated.", err=True)
            ctx.exit(143)
        except KeyboardInterrupt:
            click.echo("Interrupted; the same command goes on.", err=True)
            ctx.exit(130)


def _line_of(error: KgError | OSError | MemoryError) -> str:
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    where = getattr(error, "filename", None)
    return f"{where}: {told(error, where)}" if where else str(told(error))


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # Under LC_ALL=C Python would write ASCII only, and fail at the first Chinese character.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    signal.signal(signal.SIGTERM, _terminate)
    try:
        cli()
    finally:
        _flush()


def _flush() -> None:
    """Write what is still held; what cannot be written goes where Python's exit cannot complain."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        # Here the reader is gone or the command has failed already: click writes out each line.


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated


@click.group(
    cls=Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="kg")
@click.option("--debug", is_flag=True, help="Show where in the program an error arose.")
def cli(debug: bool) -> None:
    """Turn Chinese policy documents into a knowledge graph: ask it, export it, see it."""


# -- build, remove -----------------------------------------------------------------------------


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@store_option
@click.option(
    "--base",
    metavar="IRI",
    help="What new IRIs begin with; fixed when the store is made.",
)
@click.option(
    "--jobs",
    "-j",
    default=1,
    show_default=True,
    type=click.IntRange(1, 256),
    help="Processes that read documents at the same time.",
)
@engine_options
@click.option(
    "--report",
    "account",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what became of each file, with the reason: as JSON, or CSV if so named.",
)
@click.option(
    "--no-traces",
    is_flag=True,
    help="Do not compare texts with each other; what was found so far is taken out.",
)
@reading_options
@column_options
@click.pass_context
def build(
    ctx: click.Context,
    /,
    paths: Sequence[str],
    place: Path,
    base: str | None,
    jobs: int,
    engine_name: str,
    scheduler: str,
    account: Path | None,
    no_traces: bool,
    simplify: bool,
    time_limit: float,
    memory_limit: int,
    unpack_limit: int,
    **columns: str,
) -> None:
    """Read files, folders, archives, dumps and globs into the store; @FILE is a list of them.

    Files are told by their content: of folders and archives (ZIP, TAR, gzip) every document is
    taken, but no README; a file that you name is always read. Of dumps (JSON Lines, JSON, CSV,
    Parquet) each row is a document: dump.csv#17. A document that is in the store already is not
    read again; a file that has changed replaces what it was. One that cannot be read is
    reported, the others go on.

    \b
    Examples:
      kg build documents/
      kg build 2022/ 'archive/**/*.txt' --store education --jobs 2
      kg build archive.zip dump.jsonl @more.txt
      kg build dump.csv --text-field 内文 --title-field 题目
      kg build documents/ --engine dask --scheduler tcp://node1:8786
    """
    from kg.inputs import Intake
    from kg.models import ReadOptions
    from kg.read.columns import Columns
    from kg.store import Store
    from kg.workers import MEGABYTE, Limits

    limits = Limits(time_limit, memory_limit * MEGABYTE)
    options = ReadOptions(simplify, unpack_limit * MEGABYTE)
    debug = bool(ctx.find_root().params.get("debug"))
    named = Columns(**columns_of(columns))
    with (
        builder(engine_name, scheduler, jobs, options) as build_store,
        Store(place, base=base) as store,
        progress(debug=debug) as report,
    ):
        result = build_store(
            paths,
            store,
            intake=Intake(named, options.max_expanded),
            limits=limits,
            report=report,
            compare=not no_traces,
        )
    _print_summary(result, place)
    for fault in result.faults:
        click.echo(f"{place / 'corrections.tsv'}: {fault}", err=True)
    if account is not None:
        _write_account(result, account)
    if result.skipped:
        ctx.exit(1)


def _print_summary(result: BuildReport, place: Path) -> None:
    from kg.results import table

    rows = [
        ["documents ok", f"{result.ok:,}"],
        ["documents repaired", f"{result.repaired:,}"],
        ["  of these replaced", f"{result.replaced:,}"],
        ["documents unchanged", f"{result.unchanged:,}"],
        ["files skipped", f"{len(result.skipped):,}"],
    ]
    rows += [[f"files not read: {suffix}", f"{number:,}"] for suffix, number in result.unread]
    rows += [[name, f"{number:,}"] for name, number in _entities(dict(result.entities))]
    rows += [["quads in the store", f"{result.quads:,}"], ["seconds", f"{result.seconds:.1f}"]]
    click.echo(table(["built", str(place)], rows, None), nl=False)


def _write_account(result: BuildReport, place: Path) -> None:
    """Write a row for each file: CSV where the name says so, else JSON."""
    import csv

    from kg.results import no_formula, printable

    if place.suffix.lower() != ".csv":
        rows = [asdict(one) for one in result.files]
        text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
        place.write_text(text, encoding="utf-8", errors="backslashreplace")
        return
    # With the mark that spreadsheets know UTF-8 by.
    with place.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "outcome", "seconds", "remarks"])
        for one in result.files:
            texts = (one.path, one.outcome, f"{one.seconds:.2f}", "; ".join(one.remarks))
            writer.writerow([no_formula(printable(text)) for text in texts])


def _entities(counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Yield the main classes with their numbers; `kg stats` gives all."""
    from kg.sparql import POL

    for name in CLASSES:
        if counts.get(POL + name):
            yield name, counts[POL + name]


@cli.command()
@click.argument("names", nargs=-1, required=True, type=WORDS, metavar="NAME...")
@store_option
def remove(names: Sequence[str], place: Path) -> None:
    """Take documents out of the store, by file name, path, title or IRI.

    The path of an archive or a dump takes out all that came from it. What other documents say
    stays. All files with the same content are one document.

    \b
    Example:
      kg remove plan-2023.txt
    """
    from kg.store import Store

    with _existing(place), Store(place) as store, progress(debug=False) as report:
        try:
            for name in names:
                for held in store.remove(name):
                    click.echo(f"removed {held.title or held.source} ({', '.join(held.names)})")
        except KgError:
            _renew(store, report)  # some may have gone before one was not found
            raise
        _renew(store, report)


def _renew(store: Store, report: Reporter) -> None:
    """Bring up to date what follows from all documents, after some have gone."""
    from kg import search, traces

    traces.renew(store, report.compare)
    search.update(store)


# -- inspect -----------------------------------------------------------------------------------


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "form",
    type=click.Choice(INSPECT_FORMATS),
    help="How to write it.  [default: by the name of the output, else table]",
)
@click.option(
    "-o",
    "--output",
    default="-",
    show_default=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="The file to write; for html also a folder: a page for each file, and index.html.",
)
@click.option("--all", "all_rows", is_flag=True, help="Whole lists, not their first rows.")
@reading_options
@click.pass_context
def inspect(
    ctx: click.Context,
    paths: Sequence[str],
    form: str | None,
    output: Path,
    all_rows: bool,
    simplify: bool,
    time_limit: float,
    memory_limit: int,
    unpack_limit: int,
) -> None:
    """Show documents as the system sees them: what was read, cut, mended, and missed.

    Files, folders, archives, dumps and lists are given as to `kg build`.

    Metadata with the rule that found each field, outline, page furniture, repairs, tables, masked
    places, figures that nothing consumed, cues of responsibility or commitment that gave nothing,
    titles and agencies that stayed open. No store is needed.

    \b
    Examples:
      kg inspect plan-2023.txt
      kg inspect plan-2023.txt -o plan.html
      kg inspect documents/*.txt --format html -o pages/
      kg inspect plan-2023.txt --format json | jq .figures.share
    """
    from kg.models import ReadOptions
    from kg.workers import MEGABYTE, Limits

    form = form or {".html": "html", ".json": "json"}.get(output.suffix, "table")
    failed: list[str] = []
    limits = Limits(time_limit, memory_limit * MEGABYTE)
    options = ReadOptions(simplify, unpack_limit * MEGABYTE)
    reports = _inspections(paths, failed, options, limits)
    several = len(paths) > 1 or not os.path.isfile(paths[0])
    if form == "html":
        _write_pages(reports, output, several=several)
    else:
        _write_reports(reports, form, output, several=several, all_rows=all_rows)
    if failed:
        ctx.exit(1)


def _inspections(
    paths: Sequence[str], failed: list[str], options: ReadOptions, limits: Limits
) -> Iterator[Inspection]:
    """Yield the inspection of each document; one that cannot be read is reported and noted."""
    from kg import workers
    from kg.inputs import Intake, find_files, read_contents
    from kg.workers import Lost

    found = find_files(paths)
    contents = read_contents(found, Intake(max_expanded=options.max_expanded), limits)
    for one in (*found.skipped, *contents.skipped):
        _tell_skipped(f"{near(one.path)}: {one.reason}", failed)
    jobs = [(where, contents.name_of(where), options) for where in contents.locators.values()]
    results: Iterable[tuple[_Inspected, Inspection | str | Lost]]
    if all(_is_small_text(where, name) for where, name, _ in jobs):
        results = ((job, _inspect_at(job)) for job in jobs)
    else:
        results = workers.run(_inspect_at, jobs, 1, limits)
    for (_, name, _), result in results:
        if isinstance(result, Lost):
            _tell_skipped(f"{name}: {result.reason}", failed)
        elif isinstance(result, str):
            _tell_skipped(result, failed)
        else:
            yield result


def _tell_skipped(line: str, failed: list[str]) -> None:
    from kg.results import printable

    failed.append(line)
    click.echo(f"skipped {printable(line)}", err=True)


def _is_small_text(where: Locator, name: str) -> bool:
    """Tell what is read in no time, in this process: everything else may be made to do harm."""
    from kg.inputs import content
    from kg.read import PLAIN, format_of

    try:
        data = content(where)
    except (KgError, OSError):
        return True  # which is said when it is read
    return len(data) <= SMALL_TEXT and format_of(data, [name]) is PLAIN


def _inspect_at(job: _Inspected) -> Inspection | str:
    """Return what the system sees in a document, or the line that says why it cannot be read."""
    from kg.inputs import content
    from kg.inspect import inspect as inspect_source
    from kg.read import read
    from kg.workers import TOO_DEEP, TOO_LARGE

    where, name, options = job
    try:
        return inspect_source(read(content(where), [name], options))
    except KgError as error:
        return str(error)
    except OSError as error:
        return f"{name}: {error.strerror or error}"
    except MemoryError:
        return f"{name}: {TOO_LARGE}"
    except RecursionError:
        return f"{name}: {TOO_DEEP}"


def _write_reports(
    reports: Iterator[Inspection], form: str, output: Path, *, several: bool, all_rows: bool
) -> None:
    from io import TextIOWrapper

    from kg.inspect import terminal

    with output_file(output) as out:
        if form == "json":
            found = [asdict(one) for one in reports]
            if several or found:
                text = as_json(found if several else found[0])
                out.write(text.encode("utf-8", "backslashreplace") + b"\n")
        elif output == Path("-"):
            terminal.write(reports, sys.stdout, all_rows=all_rows)
        else:
            lines = TextIOWrapper(out, encoding="utf-8", errors="backslashreplace")
            terminal.write(reports, lines, all_rows=all_rows)
            lines.detach()


def _write_pages(reports: Iterator[Inspection], output: Path, *, several: bool) -> None:
    from kg.render.document import page_name, render_document, render_index

    if not several and not output.is_dir():
        for one in reports:
            with output_file(output) as out:
                out.write(render_document(one).encode())
        return
    if str(output) == "-" or output.suffix == ".html":
        raise click.UsageError("several pages need a folder: -o pages/")
    output.mkdir(parents=True, exist_ok=True)
    written = []
    for one in reports:
        with output_file(output / page_name(one.sha256)) as out:
            out.write(render_document(one, INDEX_PAGE).encode())
        written.append(one)
    with output_file(output / INDEX_PAGE) as out:
        out.write(render_index(written).encode())


# -- query -------------------------------------------------------------------------------------


@cli.command()
@click.argument("text", required=False, type=WORDS)
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Read the query from a file; - is the standard input.",
)
@click.option("--name", "saved", help="Ask a saved query; `kg queries` lists them.")
@click.option(
    "--param",
    "parameters",
    multiple=True,
    type=WORDS,
    metavar="NAME=VALUE",
    help="Give a parameter of a saved query a value; can be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(QUERY_FORMATS),
    help="How to write the answer.  [default: table; turtle for CONSTRUCT and DESCRIBE]",
)
@store_option
def query(
    text: str | None,
    file: Path | None,
    saved: str | None,
    parameters: Sequence[str],
    form: str | None,
    place: Path,
) -> None:
    """Ask the graph a SPARQL query: TEXT, a --file or a saved one by --name.

    The prefixes pol nif itsrdf org skos dcterms prov foaf schema owl xsd rdf rdfs are known.
    Without GRAPH, the query sees what all documents and the ontology say, each triple once;
    with GRAPH ?source {…}, what one document says. SERVICE is refused.

    \b
    Examples:
      kg query --name targets --param document=教育 --format csv
      kg query 'SELECT ?label { ?program a pol:Program ; skos:prefLabel ?label } LIMIT 10'
    """
    from kg import queries, results

    if sum(one is not None for one in (text, file, saved)) != 1:
        raise click.UsageError("give one of: TEXT, --file, --name")
    values, hidden = _parameters(parameters), frozenset[str]()
    if saved is not None:
        chosen = queries.find(saved)
        text, values = chosen.text, chosen.substitutions(values)
        hidden = frozenset(parameter for parameter, _ in chosen.parameters)
    elif file is not None:
        text = _read_text(file)
    with opened(place) as store:
        answer = store.query(text or "", values)
        results.write(
            answer,
            form,
            sys.stdout.buffer,
            base=store.base,
            width=shutil.get_terminal_size().columns if sys.stdout.isatty() else None,
            hidden=hidden,
        )
        sys.stdout.buffer.flush()


def _parameters(pairs: Sequence[str]) -> dict[str, str]:
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"--param {pair}: write NAME=VALUE")
        values[name] = value
    return values


def _read_text(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise KgError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise KgError(f"{file}: is not UTF-8 text (byte {error.start})") from error


@cli.command("queries")
@click.option("--text", "name", metavar="NAME", help="Print the SPARQL text of one.")
def list_queries(name: str | None) -> None:
    """List the saved queries, with what they answer and their parameters.

    The text of one declares its prefixes, so that it can be asked of any engine.

    \b
    Examples:
      kg queries
      kg queries --text targets > targets.rq
    """
    from kg import queries, sparql

    if name is not None:
        click.echo(sparql.complete(queries.find(name).text), nl=False)
        return
    for one in queries.saved().values():
        click.echo(f"{one.name}\n    {one.description}")
        for parameter, meaning in one.parameters:
            click.echo(f"    --param {parameter}=…  {meaning}")


# -- export, render ----------------------------------------------------------------------------


@cli.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(EXPORT_FORMATS),
    metavar="FORMAT",
    help="One of those above.  [default: by the name of the output, else turtle]",
)
@click.option(
    "-o",
    "--output",
    default="-",
    show_default=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE|FOLDER",
    help="Where to write it; - is the standard output, for what is one file.",
)
@click.option(
    "--document",
    type=WORDS,
    metavar="NAME",
    help="Only this one, by file name, path, title or IRI.",
)
@click.option("--no-ontology", is_flag=True, help="Leave the ontology and gazetteers out.")
@store_option
def export(
    form: str | None, output: Path, document: str | None, no_ontology: bool, place: Path
) -> None:
    """Write the graph for other tools; the same documents always give the same bytes.

    \b
    RDF:
      turtle    one graph, to read and to exchange
      ntriples  one graph, a fact a line
      rdfxml    one graph, for older tools
      trig      a graph for each document, to read
      nquads    a graph for each document, a fact a line: kg's own backup
      jsonld    a graph for each document, as JSON with a context
    \b
    Property graphs:
      graphml   Cytoscape, yEd, networkx, igraph
      gexf      Gephi, with a timeline of years
      neo4j     a folder: CSV for the bulk import, and load.cypher
    \b
    Tables, each row with its sentence and where it stands:
      csvw      a folder: exact CSV for programs, described by CSVW metadata
      csv       a folder: CSV for spreadsheets, where no text can run as a formula
      xlsx      a workbook with a sheet for each table
      parquet   a folder: typed columns (needs the extra `parquet`)

    A folder is made; one that holds an earlier export is replaced, one with other files refused.
    What fails leaves nothing behind. docs/exports.md says what each format keeps.

    \b
    Examples:
      kg export -o graph.ttl
      kg export --document plan-2023.txt -o plan.nq
      kg export -o graph.gexf
      kg export --format csvw -o tables/
    """
    from kg.export import export as write_export

    form = form or EXPORT_SUFFIXES.get(output.suffix.lower(), "turtle")
    if form in EXPORT_FOLDERS and str(output) == "-":
        raise click.UsageError(f"{form} is a folder of files; name one: -o FOLDER")
    if form == "xlsx" and str(output) == "-" and sys.stdout.isatty():
        raise click.UsageError("a workbook needs a file: -o tables.xlsx")
    with opened(place) as store:
        # Oxigraph is asked for a graph at a time, so Ctrl-C can wait for it, and tidy up.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        write = partial(write_export, store, form, document=document, ontology=not no_ontology)
        if form in EXPORT_FOLDERS:
            write(output)
            return
        with output_file(output) as out:
            write(out)


@cli.command(epilog=VIEWS_TOLD)
@click.option(
    "-o",
    "--output",
    default="graph.html",
    show_default=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="The file to write; - is the standard output.",
)
@click.option(
    "--about", type=WORDS, metavar="NAME", help="Only what surrounds this entity or document."
)
@click.option(
    "--depth", default=1, show_default=True, type=click.IntRange(0, 5), help="How far around it."
)
@click.option(
    "--type",
    "types",
    multiple=True,
    type=click.Choice(ENTITY_TYPES, case_sensitive=False),
    help="Only nodes of this class; can be repeated.",
)
@click.option(
    "--limit",
    default=2000,
    show_default=True,
    type=click.IntRange(1),
    help="How many entities the page holds, the most connected ones. It draws the most telling"
    " first and the others on request; above 5,000 it opens with groups.",
)
@click.option(
    "--documents",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of pages from kg inspect, to which documents and quotations link.",
)
@view_options
@store_option
@click.pass_context
def render(
    ctx: click.Context,
    /,
    output: Path,
    about: str | None,
    depth: int,
    types: Sequence[str],
    limit: int,
    documents: Path | None,
    view: str | None,
    place: Path,
    **wanted: str | int | None,
) -> None:
    """Draw the graph, or a view, as a web page that needs no network.

    \b
    Examples:
      kg render -o graph.html
      kg render --about 青禾县教育局 --depth 2 --type Program -o bureau.html
      kg inspect documents/*.txt --format html -o pages/
      kg render --documents pages/ -o graph.html
      kg render --view indicators --indicator 新增学位 -o places.html
      kg render --view duties --document 青禾县教育局2022年工作要点
    """
    if view is not None:
        write_view(ctx, view, wanted, output, documents, place)
        return
    require_view(wanted)
    from kg.render import render_html

    pages = pages_in(documents, output) if documents is not None else {}
    with opened(place) as store:
        page = render_html(store, about=about, depth=depth, types=types, limit=limit, pages=pages)
    with output_file(output) as out:
        out.write(page.encode())


# -- show, stats -------------------------------------------------------------------------------


@cli.command()
@click.argument("name", type=WORDS)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text")
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1), help="Facts of each kind."
)
@store_option
def show(name: str, form: str, limit: int, place: Path) -> None:
    """Show what is known about one entity: names, classes, facts with sentence and file.

    NAME is a name, an alias, an IRI or its part below the base (agency/青禾县教育局).

    \b
    Example:
      kg show 青禾县教育局
    """
    from kg.show import show as read_card

    with opened(place) as store:
        card = read_card(store, name, limit)
    click.echo(as_json(asdict(card)) if form == "json" else "\n".join(_card_lines(card)))


def _card_lines(card: Card) -> Iterator[str]:
    yield f"{card.name}  [{', '.join(card.classes)}]"
    yield card.iri
    if card.alternatives:
        yield f"also: {'、'.join(card.alternatives)}"
    for group in card.groups:
        yield ""
        yield from _group_lines(group)


def _group_lines(group: Group) -> Iterator[str]:
    from kg.results import printable

    yield f"{'←' if group.inward else '→'} {group.label} ({group.total:,})"
    for fact in group.facts:
        yield f"    {printable(fact.text)}"
        if fact.evidence is not None and (fact.evidence.sentence or fact.evidence.file):
            yield f"        {printable(f'{fact.evidence.sentence} [{fact.evidence.file}]')}"
    if group.total > len(group.facts):
        yield f"    … and {group.total - len(group.facts):,} more (--limit)"


@cli.command()
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text")
@store_option
def stats(form: str, place: Path) -> None:
    """Count documents, entities by class, facts, and documents by region and year.

    \b
    Example:
      kg stats --format json
    """
    from kg.stats import count

    with opened(place) as store:
        counts = count(store)
    if form == "json":
        click.echo(as_json(counts))
        return
    for title, numbers in counts.items():
        click.echo(title)
        for label, number in numbers.items():
            click.echo(f"    {label}  {number:,}")


# -- what commands share -----------------------------------------------------------------------


@contextmanager
def _existing(place: Path) -> Iterator[None]:
    from kg.store import MARKER

    if not (place / MARKER).is_file():
        raise KgError(f"{place}: no store here; make one with: kg build PATH --store {place}")
    yield


cli.add_command(compare)
cli.add_command(pledges)
cli.add_command(cascade)
cli.add_command(check)
cli.add_command(originality)
# -- what analysts ask -------------------------------------------------------------------------

cli.add_command(due)
cli.add_command(who)
# -- reports -----------------------------------------------------------------------------------
cli.add_command(trace)
cli.add_command(missing)
cli.add_command(ask)
cli.add_command(correct)
cli.add_command(corrections)
cli.add_command(search)
cli.add_command(serve)
cli.add_command(verify)
cli.add_command(import_files)
cli.add_command(push)
cli.add_command(parts)
cli.add_command(load)
cli.add_command(validate)
