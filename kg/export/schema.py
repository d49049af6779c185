"""The tables that are exported: which class is in which, and what its columns are.

One visible list. A column's type is one of: uri, string, integer, decimal, boolean, word (the name
of one of our terms, such as AtLeast); with * it is a list.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg.sparql import POL, PREFIXES

SEPARATOR = "|"  # between the values of a list


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where its value is from, what it is, what it is called."""

    name: str
    term: str  # pol:level; empty for what is computed
    type: str
    zh: str
    en: str
    table: str = ""  # whose ids it holds

    @property
    def is_list(self) -> bool:
        """Tell whether a cell may hold several values."""
        return self.type.endswith("*")

    @property
    def iri(self) -> str:
        """Give the property's IRI."""
        prefix, _, rest = self.term.partition(":")
        return f"{PREFIXES[prefix]}{rest}" if rest else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the nodes of a class, with their evidence."""

    name: str
    label: str  # of the class: the node's label in property graphs
    zh: str
    en: str
    own: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Give all columns, the id first and the evidence last."""
        return (ID, *self.own, *EVIDENCE)

    @property
    def iri(self) -> str:
        """Give the IRI of the class."""
        return f"{POL}{'PolicyDocument' if self.name == 'documents' else self.label}"


ID = Column("id", "", "uri", "标识", "IRI of the node")
EVIDENCE = (
    Column("sentence", "pol:sentence", "string", "原句", "sentence it was read from"),
    Column("file", "", "string", "文件名", "file"),
    Column("begin", "nif:beginIndex", "integer", "起点", "begins at character"),
    Column("end", "nif:endIndex", "integer", "终点", "ends before character"),
    Column("source", "nif:referenceContext", "uri", "来源", "IRI of the source text"),
)
_LABEL = Column("label", "skos:prefLabel", "string", "名称", "label")
_ALIASES = Column("aliases", "skos:altLabel", "string*", "别名", "other names")
_CLASS = Column("class", "rdf:type", "word", "类别", "class")
_LEVEL = Column("level", "pol:level", "word", "层级", "level of government")
_DOCUMENT = Column("document", "", "uri", "所在文件", "document", "documents")
_DUE = Column("due", "pol:due", "string*", "期限", "due")
_NUMBER = Column("number", "pol:number", "string", "序号", "number")
_TASK = ("uri", "任务", "task", "tasks")

TABLES: tuple[Table, ...] = (
    Table(
        "documents",
        "Document",
        "文件",
        "documents, also those that are only cited",
        (
            _LABEL,
            _CLASS,
            Column("number", "pol:documentNumber", "string*", "文号", "document number"),
            Column("index_number", "pol:indexNumber", "string*", "索引号", "index number"),
            Column("issued", "dcterms:issued", "string", "成文日期", "issued"),
            Column("period", "pol:period", "string*", "时期", "period"),
            Column("years", "pol:planYear", "integer*", "年份", "years planned for"),
            Column("issuers", "pol:issuedBy", "uri*", "发文机关", "issuing agencies", "agencies"),
            Column("regions", "pol:appliesTo", "uri*", "适用区域", "regions", "regions"),
            Column("text", "pol:hasText", "uri", "文本", "its text, if it is held"),
        ),
    ),
    Table(
        "agencies",
        "Agency",
        "机构",
        "agencies",
        (
            _LABEL,
            _ALIASES,
            _CLASS,
            _LEVEL,
            Column("region", "pol:region", "uri*", "区域", "region", "regions"),
            Column("parent", "org:subOrganizationOf", "uri*", "上级机构", "part of", "agencies"),
        ),
    ),
    Table("programs", "Program", "项目", "programmes", (_LABEL, _ALIASES, _CLASS, _LEVEL)),
    Table(
        "regions",
        "Region",
        "区域",
        "regions",
        (
            _LABEL,
            _ALIASES,
            Column("full_name", "pol:fullName", "string", "全称", "full name"),
            _CLASS,
            Column("adcode", "pol:adcode", "string", "行政区划代码", "division code"),
            Column("within", "pol:within", "uri*", "位于", "within", "regions"),
        ),
    ),
    Table(
        "indicators",
        "Indicator",
        "指标",
        "indicators",
        (
            _LABEL,
            _ALIASES,
            Column("measure", "pol:measure", "word", "计量方式", "measure"),
            Column("unit", "pol:indicatorUnit", "string", "单位", "unit"),
        ),
    ),
    Table(
        "sections",
        "Section",
        "章节",
        "sections",
        (Column("label", "dcterms:title", "string", "标题", "title"), _NUMBER, _DOCUMENT),
    ),
    Table(
        "tasks",
        "Task",
        "任务",
        "tasks",
        (
            Column("label", "dcterms:title", "string", "标题", "title"),
            _NUMBER,
            _DOCUMENT,
            Column("section", "dcterms:isPartOf", "uri", "章节", "section", "sections"),
            Column("lead", "pol:leadAgency", "uri*", "牵头单位", "leading", "agencies"),
            Column("support", "pol:supportingAgency", "uri*", "配合单位", "supporting", "agencies"),
            Column("programs", "pol:involves", "uri*", "涉及项目", "programmes", "programs"),
            _DUE,
        ),
    ),
    Table(
        "targets",
        "Target",
        "目标",
        "targets",
        (
            Column("label", "pol:indicatorText", "string", "指标文字", "indicator as written"),
            _DOCUMENT,
            Column("task", "pol:inTask", *_TASK),
            Column("indicator", "pol:indicator", "uri*", "指标", "indicator", "indicators"),
            Column("comparator", "pol:comparator", "word", "比较", "comparator"),
            Column("value", "pol:value", "decimal", "数值", "value"),
            Column("min_value", "pol:minValue", "decimal", "最小值", "minimum"),
            Column("max_value", "pol:maxValue", "decimal", "最大值", "maximum"),
            Column("unit", "pol:unit", "string", "单位", "unit"),
            Column("base_value", "pol:baseValue", "decimal", "基准值", "value in base unit"),
            Column("base_unit", "pol:baseUnit", "string", "基准单位", "base unit"),
            Column("masked", "pol:masked", "boolean", "遮蔽", "figure hidden"),
            Column("is_change", "pol:isChange", "boolean", "变化量", "is a change"),
            Column("per_item", "pol:perItem", "boolean", "逐个计", "for each"),
            Column("modality", "pol:modality", "word", "语气", "modality"),
            _DUE,
            Column("due_basis", "pol:dueBasis", "word", "期限依据", "basis of due"),
            Column("recurrence", "pol:recurrence", "string*", "频率", "recurrence"),
            Column("subject", "pol:subjectGroup", "string", "对象", "subject"),
            Column("programs", "pol:program", "uri*", "项目", "programmes", "programs"),
        ),
    ),
    Table(
        "responsibilities",
        "Responsibility",
        "责任",
        "responsibilities",
        (
            _DOCUMENT,
            Column("task", "pol:ofTask", *_TASK),
            Column("agency", "pol:agency", "uri", "机构", "agency", "agencies"),
            Column("role", "pol:role", "word", "角色", "role"),
            Column("basis", "pol:basis", "word", "依据", "basis"),
        ),
    ),
    Table(
        "citations",
        "Citation",
        "引用",
        "citations",
        (
            Column("citing", "pol:citing", "uri", "引用方", "citing document", "documents"),
            Column("cited", "pol:cited", "uri", "被引用方", "cited document", "documents"),
            Column("stance", "pol:stance", "word", "态度", "how it is cited"),
        ),
    ),
)
# Nodes of property graphs; the others are edges there, or parts of a node.
NODES = ("documents", "agencies", "programs", "regions", "indicators", "tasks", "targets")
# Columns that are edges: table, column → type.
EDGES: dict[tuple[str, str], str] = {
    ("documents", "issuers"): "issuedBy",
    ("documents", "regions"): "appliesTo",
    ("agencies", "region"): "inRegion",
    ("agencies", "parent"): "subOrganizationOf",
    ("regions", "within"): "within",
    ("tasks", "document"): "inDocument",
    ("tasks", "programs"): "involves",
    ("targets", "document"): "inDocument",
    ("targets", "task"): "inTask",
    ("targets", "indicator"): "measures",
    ("targets", "programs"): "ofProgram",
}
# The other edges: responsibilities, citations, traces, and who names whom.
EDGE_TYPES = frozenset(
    {
        *EDGES.values(),
        *("leads", "supports", "mentions", "reuses", "echoes"),
        *("cites", "implements", "plansToIssue", "revises", "promulgates"),
    }
)
