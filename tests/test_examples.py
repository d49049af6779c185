"""The invented examples to what they promise: encoding, genre, connections, no private data."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

TESTS = Path(__file__).parent
EXAMPLES = TESTS.parent / "examples"
CASES = yaml.safe_load((TESTS / "cases" / "examples.yml").read_text(encoding="utf-8"))

PLAN = "01-青禾县教育局2023年工作要点.txt"
CITY = "02-云陵市青苗护航行动实施方案.txt"
OPINION = "03-江西省县域义务教育优质均衡发展意见.txt"
NOTICE = "04-青禾县民生实事分工通知.txt"
TOWNSHIP = "05-澄岭镇住房救助通知.txt"
REPORT = "06-云陵市2024年政府工作报告.txt"
RULES = "07-枫渚县住房救助办法-gb18030.txt"
DAMAGED = "08-云陵市校园食品安全通知-受损.txt"
ALL = [PLAN, CITY, OPINION, NOTICE, TOWNSHIP, REPORT, RULES, DAMAGED]

NUMBERED = re.compile(r"^[\s　]*(\d+)\.([^。\n]+)。", re.M)
HEADING = re.compile(r"^[\s　]*(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)([^。]+)$")
QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(?:[—-](\d+))?(万|亿)?")
SCALE = {None: 1, "万": 10**4, "亿": 10**8}
WORDS = {"全覆盖": "100", "清零": "0"}
COMPARATORS = {
    ">=": r"以上|不少于|不低于|至少|超过",
    "<=": r"以下|以内|不超过|不高于",
    "~": r"约|左右",
    "range": r"\d[—-]\d",
}
DUE = re.compile(
    r"\d{4}(-\d{4}|-\d{2}(-\d{2})?)?|every (\d+ months|half year|quarter|month|year|term|week)"
)


def text_of(name: str) -> str:
    """Read an example in the encoding that the README claims."""
    encoding = "gb18030" if "gb18030" in name else "utf-8"
    return (EXAMPLES / name).read_bytes().decode(encoding)


def plain(text: str) -> str:
    """Drop white space and quotation marks, which canonical names may lack."""
    return re.sub(r"[\s“”]", "", text)


def paragraph(name: str, task: int | None, text: str) -> str:
    """Return the line of a task, or for none the first line outside every task that holds text."""
    lines = text_of(name).split("\n")
    if task is not None:
        (line,) = [one for one in lines if (m := NUMBERED.match(one)) and int(m[1]) == task]
        return line
    return next((one for one in lines if text in one and not NUMBERED.match(one)), "")


def rows(kind: str) -> list[Any]:
    """Return every row of one kind as parameters, named by file and position."""
    return [
        pytest.param(name, row, id=f"{name[:2]}-{number}")
        for name, case in CASES.items()
        for number, row in enumerate(case[kind], 1)
    ]


def test_the_folder_holds_these_examples_and_the_readme_names_each() -> None:
    assert sorted(path.name for path in EXAMPLES.glob("*.txt")) == ALL
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    others = [path.name for path in EXAMPLES.glob("*.*") if path.suffix in (".html", ".docx")]
    assert len(others) == 2
    assert [name for name in [*ALL, *others] if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("name", ALL)
def test_encoding_is_the_one_claimed(name: str) -> None:
    raw = (EXAMPLES / name).read_bytes()
    if name == RULES:
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")
        assert "农村困难家庭" in raw.decode("gb18030")
    else:
        assert raw.decode("utf-8").strip()
    assert "\ufffd" not in text_of(name)


@pytest.mark.parametrize("name", ALL)
def test_length_is_that_of_a_policy_document(name: str) -> None:
    assert 1500 <= len(text_of(name)) <= 5000


@pytest.mark.parametrize(
    ("name", "pattern", "least"),
    [
        (PLAN, r"《[^》]+》", 15),
        (PLAN, r"〈[^〉]+〉", 1),
        (PLAN, r"(?:责任|牵头)单位：", 7),
        (PLAN, r"(?m)^(?:索引号|文号|成文日期|发布机构)：\n\S", 4),
        (PLAN, r"全覆盖|清零", 5),
        (PLAN, r"\d+月底前|年底前|每学期|每月|每季度", 10),
        (PLAN, r"团县委|县委、县政府|县委编办|争取市教育局|省教育厅", 5),
        (CITY, r"牵头单位：[^；）]+；配合单位：", 14),
        (CITY, r"(?m)^　　（[一二三四]）", 4),
        (CITY, r"《[^》]+》", 8),
        (OPINION, r"(?m)^（[一二三四五六七八九十]+）[^。\n]+。\S", 15),
        (OPINION, r"到20\d\d年", 8),
        (OPINION, r"《中华人民共和国[^》]+法》", 2),
        (OPINION, r"省[^，。、]{0,10}(?:厅|局|委|妇联)要", 4),
        (NOTICE, r"(?m)^\d+\t[^\t\n]+\t[^\t\n]+\t[^\t\n]+\t[^\t\n]+$", 10),
        (NOTICE, r"分享到|打印|关闭窗口|版权所有|当前位置|所在的位置", 5),
        (NOTICE, r"附件[：1]", 2),
        (TOWNSHIP, r"每户[^。；]{0,10}?\d+(?:\.\d+)?万?元", 4),
        (REPORT, r"\d+(?:\.\d+)?(?:%|万|亿)", 40),
        (REPORT, r"左右|以上|不低于|不超过|以内|以下", 15),
        (RULES, r"(?m)^第[一二三四五]章　", 5),
        (RULES, r"(?m)^第[一二三四五六七八九十]+条　", 20),
        (RULES, r"\r\n", 40),
        (DAMAGED, r"云政办发〔20 3〕", 2),
        (DAMAGED, r"××|ＸＸ|XX|\*+", 8),
        (DAMAGED, r"[０-９％]", 20),
        (DAMAGED, r"[^。：；\s]\n[^\s（]", 20),
        (DAMAGED, r"教肓|9O%|卫建委|検查|检査", 3),
        (DAMAGED, r"[（(]牵头单\n?位[：:]", 6),
    ],
)
def test_shows_what_it_promises(name: str, pattern: str, least: int) -> None:
    assert len(re.findall(pattern, text_of(name))) >= least


def test_the_report_has_no_numbered_task() -> None:
    assert NUMBERED.findall(text_of(REPORT)) == []


def test_the_damaged_body_stands_twice() -> None:
    first, _, second = text_of(DAMAGED).partition("（此件公开发布）\n")
    assert second
    assert first.startswith(second)


@pytest.mark.parametrize(
    ("words", "names"),
    [  # what the merged graph must join; a title broken over two lines counts as well
        ("“青苗护航”行动", [PLAN, CITY, OPINION, NOTICE, REPORT, DAMAGED]),
        ("“青苗驿站”", [PLAN, CITY, OPINION, NOTICE, REPORT]),
        ("《云陵市“青苗护航”行动实施方案（2023—2025年）》", [PLAN, CITY, NOTICE, DAMAGED]),
        ("江西省人民政府办公厅关于推进县域义务教育优质均衡发展的意见", [PLAN, CITY, OPINION]),
        ("青禾县教育局2023年工作要点", [PLAN, NOTICE]),
        ("枫渚县农村困难家庭住房救助办法", [TOWNSHIP, RULES]),
        ("“安居暖心”工程", [TOWNSHIP, RULES]),
        ("社会救助暂行办法", [TOWNSHIP, RULES]),
        ("学校食品安全与营养健康管理规定", [PLAN, DAMAGED]),
        ("九年义务教育巩固率", [PLAN, CITY, OPINION, REPORT]),
        ("“县管校聘”", [PLAN, OPINION, REPORT]),
        ("县教育局", [PLAN, NOTICE]),
        ("市市场监管局", [CITY, DAMAGED]),
        ("国务院办公厅", [OPINION, NOTICE]),
    ],
)
def test_names_connect_documents(words: str, names: list[str]) -> None:
    assert [name for name in ALL if words in re.sub(r"\s", "", text_of(name))] == names


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "private",
    [
        r"(?<!\d)1[3-9]\d{9}(?!\d)",  # mobile telephone
        r"(?<!\d)0\d{2,3}[-－ ]?\d{7,8}(?!\d)",  # landline
        r"(?<!\d)\d{17}[\dXx](?!\d)",  # identity card
        r"(?<!\d)\d{15,19}(?!\d)",  # bank card
        r"[\w.+-]+@[\w-]+\.\w+",  # mail
        r"https?://|www\.",
    ],
)
def test_holds_no_private_data(name: str, private: str) -> None:
    assert re.findall(private, text_of(name)) == []


# The expected facts (tests/cases/examples.yml) must be facts of the texts as they stand.


@pytest.mark.parametrize("name", CASES)
def test_expected_tasks_are_all_numbered_items(name: str) -> None:
    found, section = [], ""
    for line in text_of(name).split("\n"):
        if item := NUMBERED.match(line):
            found.append([item[1], item[2], section])
        elif heading := HEADING.match(line):
            section = heading[1]
    assert CASES[name]["tasks"] == found


@pytest.mark.parametrize("name", CASES)
def test_expected_metadata_is_in_the_text(name: str) -> None:
    text, fields = text_of(name), CASES[name]["document"]
    year, month, day = (int(part) for part in fields["issued"].split("-"))
    forms = (fields["issued"], f"{year}年{month}月{day}日")
    assert any(form in text for form in forms)
    stated = [fields["title"], *fields["issuer"], fields["number"], fields["region_name"]]
    assert [value for value in stated if value not in text] == []
    assert fields.get("index", "") in text


@pytest.mark.parametrize(("name", "row"), rows("targets"))
def test_expected_target_is_in_its_task(name: str, row: dict[str, Any]) -> None:
    line = paragraph(name, row["task"], row["text"])
    assert line.count(row["text"]) >= row.get("nth", 1)
    mark = COMPARATORS.get(row["comparator"])
    assert bool(re.search(mark or "|".join(COMPARATORS.values()), row["text"])) == bool(mark)
    dues = row["due"] if isinstance(row["due"], list) else [row["due"]]
    assert all(DUE.fullmatch(due) for due in dues)


@pytest.mark.parametrize(("name", "row"), rows("targets"))
def test_expected_value_is_the_number_written(name: str, row: dict[str, Any]) -> None:
    number = QUANTITY.search(row["text"])
    if number is None:
        assert row["value"] == WORDS[row["text"]]
    elif number[2]:
        assert row["value"] == f"{number[1]}-{number[2]}"
    else:
        assert Decimal(row["value"]) == Decimal(number[1]) * SCALE[number[3]]
        assert row["unit"] in row["text"]


@pytest.mark.parametrize(("name", "row"), rows("targets"))
def test_expected_indicator_has_the_words_of_the_text(name: str, row: dict[str, Any]) -> None:
    line = plain(paragraph(name, row["task"], row["text"]))
    assert sorted(set(plain(row["indicator"])) - set(line)) == []


@pytest.mark.parametrize("kind", ["targets_disputed", "not_targets"])
@pytest.mark.parametrize("name", CASES)
def test_other_quantities_are_in_the_text(name: str, kind: str) -> None:
    for words, quantity in CASES[name][kind]:
        assert words in text_of(name)
        assert quantity in words


@pytest.mark.parametrize(("name", "row"), rows("relations"))
def test_expected_relation_is_stated_and_its_object_known(name: str, row: list[str]) -> None:
    relation, subject, target, evidence = row
    case = CASES[name]
    if relation in {"leads", "supports"}:
        assert evidence in paragraph(name, int(subject.removeprefix("task:")), "")
        assert target in case["agencies"]
    else:
        assert subject == "this"
        assert evidence in text_of(name)
        assert target in case["documents"]


@pytest.mark.parametrize("name", CASES)
def test_expected_names_are_in_the_text(name: str) -> None:
    text, case = text_of(name), CASES[name]
    programs = [*case["programs"], *case["programs_disputed"]]
    assert [one for one in programs if plain(one) not in plain(text)] == []
    forms = [form for _, form in case["agencies"].values()]
    forms += case["not_agencies"] + case["not_programs"] + case["not_documents"]
    assert [form for form in forms if form not in text] == []
    titles = [re.sub(r"^(中华人民共和国|青禾县(?=学校美育))", "", one) for one in case["documents"]]
    assert [title for title in titles if title not in text] == []


@pytest.mark.parametrize("name", CASES)
def test_every_citation_is_expected(name: str) -> None:
    titles = re.findall(r"《([^》]+)》", text_of(name))
    known = set(CASES[name]["documents"])
    assert sorted({title for title in titles if title not in known}) == []
    related = {row[2] for row in CASES[name]["relations"]}
    assert sorted(known - related) == []
