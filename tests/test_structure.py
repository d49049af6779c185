"""Texts to outlines: metadata, titles, furniture, sections, tasks, sentences, signatures."""

from __future__ import annotations

import re

import pytest

from kg.extract.imprint import read_imprint
from kg.models import Outline
from kg.read import read
from kg.structure import structure
from kg.structure.blocks import ordinal, split_blocks
from kg.structure.mend import mend
from kg.structure.outline import sets_work
from kg.vocabulary import rows

BODY = "\n云陵市教育局关于加强校车管理的通知\n各县（区）教育局：\n请加强管理。\n"


def outline_of(text: str) -> Outline:
    return structure(mend(read(text.encode(), ["case.txt"])).source)


def stretch(outline: Outline, span: tuple[int, int] | None) -> str:
    return outline.source.text[span[0] : span[1]] if span else ""


# -- metadata --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        pytest.param(
            "索引号：YL0137/2024-00012\n文号：云教发〔2024〕6号\n成文日期：2024年2月17日\n"
            "发布日期：2024-02-20\n发布机构：云陵市教育局",
            {
                "index": "YL0137/2024-00012",
                "number": "云教发〔2024〕6号",
                "issued": "2024年2月17日",
                "published": "2024-02-20",
                "issuer": "云陵市教育局",
            },
            id="key and value on a line",
        ),
        pytest.param(
            "索引号：\nYL0137/2024-00012\n文号：\n云教发〔2024〕6号\n成文日期：\n2024-02-17",
            {
                "index": "YL0137/2024-00012",
                "number": "云教发〔2024〕6号",
                "issued": "2024-02-17",
            },
            id="value on the next line",
        ),
        pytest.param(
            "索 引 号: YL01/2024-1　 文号: 云教发〔2024〕6号　发布日期: 2024-02-20",
            {
                "index": "YL01/2024-1",
                "number": "云教发〔2024〕6号",
                "published": "2024-02-20",
            },
            id="several on one line",
        ),
        pytest.param(
            "|索引号|YL01/2024-1|\n|发文字号|云教发〔2024〕7号|\n|发布机构|云陵市教育局|",
            {"index": "YL01/2024-1", "number": "云教发〔2024〕7号", "issuer": "云陵市教育局"},
            id="cells of a table",
        ),
        pytest.param(
            "索引号\tYL01/2024-1\n文号\t云教发〔2024〕7号",
            {"index": "YL01/2024-1", "number": "云教发〔2024〕7号"},
            id="tab-separated",
        ),
        pytest.param("文号：无\n索引号：—", {}, id="keys without a value"),
        pytest.param("本市文号：见附件，详见说明索引号：一号。", {}, id="prose with such words"),
        pytest.param("", {}, id="no metadata"),
    ],
)
def test_metadata(head: str, fields: dict[str, str]) -> None:
    outline = outline_of(head + BODY)
    stated = {f.name: f.value for f in outline.fields if f.rule.startswith("metadata.")}
    assert stated == fields
    for field in outline.fields:
        assert stretch(outline, (field.begin, field.end)) == field.value


@pytest.mark.parametrize("row", list(rows("metadata_keys.tsv")), ids=lambda row: row["key"])
def test_every_key_is_read_in_its_example(row: dict[str, str]) -> None:
    fields = outline_of(row["example"] + BODY).fields
    value = re.split("[:：]", row["example"], maxsplit=1)[1].strip()
    assert (row["field"], value) in [(field.name, field.value) for field in fields]


def test_a_key_whose_next_line_says_none_has_no_value() -> None:
    assert [f.value for f in outline_of("成文日期：\n无" + BODY).fields] == []


def test_a_long_way_down_no_line_is_metadata() -> None:
    prose = "加强校车管理，保障学生安全，落实各项工作责任。\n" * 90
    assert outline_of(BODY + prose + "文号：云教发〔2024〕6号\n").fields == ()


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("云教发〔2024〕6号", "云教发〔2024〕6号"),
        ("（云教发〔2024〕6号）", "云教发〔2024〕6号"),
        ("云教发[2024] 6号", "云教发〔2024〕6号"),
        ("云教发【2024】第6号", "云教发〔2024〕6号"),
        ("云教发（２０２４）６号", "云教发〔2024〕6号"),
        ("云教发〔20246", "云教发〔2024〕6号"),  # the bracket and 号 are lost, the rest is certain
        ("云教发〔2024", ""),  # no serial number
        ("云陵市教育局2024年6号楼", ""),
    ],
)
def test_numbers_on_a_line_of_their_own(line: str, number: str) -> None:
    outline = outline_of(f"云陵市教育局关于加强校车管理的通知\n{line}\n请加强管理。\n")
    assert read_imprint(outline, None).number == number


# -- titles ----------------------------------------------------------------------------------

SHELL = "云陵市教育局关于印发《云陵市校车管理办法》的通知"


@pytest.mark.parametrize(
    ("text", "title", "all_titles"),
    [
        pytest.param(BODY, "云陵市教育局关于加强校车管理的通知", 1, id="one line"),
        pytest.param(
            "云陵市教育局关于加强\n校车管理工作的通知\n各县（区）教育局：\n请加强管理。\n",
            "云陵市教育局关于加强\n校车管理工作的通知",
            1,
            id="over two lines",
        ),
        pytest.param(
            "云陵市教育局 云陵市公安局\n关于加强校车管理\n工作的通知\n请加强管理。\n",
            "云陵市教育局 云陵市公安局\n关于加强校车管理\n工作的通知",
            1,
            id="over three lines, the issuers in the first",
        ),
        pytest.param(
            f"{SHELL}\n各县（区）教育局：\n现予印发。\n云陵市教育局\n2024年3月1日\n"
            "云陵市校车管理办法\n第一条 为了加强管理，制定本办法。\n",
            "云陵市校车管理办法",
            2,
            id="a notice and what it carries",
        ),
        pytest.param(f"{SHELL}\n各县（区）教育局：\n现予印发。\n", SHELL, 1, id="a notice alone"),
        pytest.param(
            "云陵市校车管理办法\n云陵市校车管理办法\n第一条 为了加强管理，制定本办法。\n",
            "云陵市校车管理办法",
            2,
            id="a title twice",
        ),
        pytest.param(
            "关于印发《云陵市校车安全专项整治工作方案》的通知\n各校：\n现印发给你们。\n"
            "云陵市校车安全专项整治\n工作方案\n为加强校车管理，制定本方案。\n",
            "云陵市校车安全专项整治\n工作方案",
            2,
            id="a carried title over two lines, as the shell names it",
        ),
        pytest.param(
            f"{SHELL}\n各县（区）教育局：\n现予印发。\n2024年3月1日\n"
            "云陵市\n校车管理办法\n第一条 为了加强管理，制定本办法。\n",
            "云陵市\n校车管理办法",
            2,
            id="a notice, and over two lines what it carries",
        ),
        pytest.param(
            "云陵市政府办公室转发市教育局\n关于加强校车管理意见的通知\n各县（区）：\n现予转发。\n"
            "2024年3月1日\n关于加强校车管理的意见\n请加强管理。\n",
            "关于加强校车管理的意见",
            2,
            id="a notice over two lines that passes another's paper on",
        ),
        pytest.param(
            "云陵市教育局 云陵市公安局关于做好校车管理的通知\n关于做好校车管理的通知\n"
            "请加强管理。\n",
            "云陵市教育局 云陵市公安局关于做好校车管理的通知",
            2,
            id="a title again without its issuers",
        ),
        pytest.param("请加强校车管理，保障学生安全。\n", "", 0, id="none"),
        pytest.param(
            "各位代表：\n现在，我代表云陵市人民政府，向大会报告工作。\n", "", 0, id="a speech"
        ),
        pytest.param("一、加强管理的意见\n1.强化措施。\n", "", 0, id="a numbered heading"),
    ],
)
def test_titles(text: str, title: str, all_titles: int) -> None:
    outline = outline_of(text)
    assert stretch(outline, outline.title) == title
    assert len(outline.titles) == all_titles


@pytest.mark.parametrize(
    ("lines", "signed", "by"),
    [
        ("云陵市教育局\n2024年3月1日", "2024年3月1日", ["云陵市教育局"]),
        ("云陵市教育局\n二〇二四年三月一日", "二〇二四年三月一日", ["云陵市教育局"]),
        ("云陵市教育局\n2024301", "2024301", ["云陵市教育局"]),  # 年月日 lost
        (
            "云陵市教育局\n云陵市公安局\n2024年3月1日",
            "2024年3月1日",
            ["云陵市公安局", "云陵市教育局"],
        ),
        ("请加强管理，保障安全。\n2024年3月1日", "2024年3月1日", []),  # a sentence signs nothing
        ("云陵市教育局", "", []),
    ],
)
def test_signatures(lines: str, signed: str, by: list[str]) -> None:
    outline = outline_of(f"云陵市教育局关于加强校车管理的通知\n请加强管理。\n{lines}\n")
    fields = [(f.name, f.value) for f in outline.fields]
    assert [value for name, value in fields if name == "signed"] == [signed] * bool(signed)
    assert [value for name, value in fields if name == "signatory"] == by


FILLING = (
    "各渔港要按时巡查，及时上报险情，保障渔民安全。" * 20
)  # a line long enough to have lost breaks


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"云陵市教育局关于加强校车管理的函校车办：{FILLING}附件：1．校车名单云陵市教育局2024年3月1日"
            "（此件公开发布）附件1校车名单为落实要求",
            id="the issuer that opens the title, behind the attachments' titles",
        ),
        pytest.param(
            f"各校：{FILLING}附件：校车名单\u00a0\u00a0\u00a0云陵市教育局2024年3月1日\u00a0\u00a0\u00a0"
            "附件校车名单",
            id="set apart by blanks, before the attachment",
        ),
    ],
)
def test_signature_inside_a_line(text: str) -> None:
    fields = {(field.name, field.value) for field in outline_of(text).fields}
    assert {("signed", "2024年3月1日"), ("signatory", "云陵市教育局")} <= fields


def test_edition_behind_a_blank_belongs_to_the_title() -> None:
    parts = " ".join(f"{FILLING}（{number}）渔港。" for number in range(3))
    joints = " ".join(["请按时巡查渔港。"] * 9)
    outline = outline_of(
        f"市教育局关于印发《云陵市校车停放规范（试行）》的通知 各校： {joints} {parts} "
        "云陵市校车停放规范 （试行） 1 总 则 1.1 为加强校车管理，制定本规范。"
    )
    assert stretch(outline, outline.title) == "云陵市校车停放规范 （试行）"


# -- furniture -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["打印本页", "关闭窗口", "分享到：", "【打印】", "首页\n>\n政策文件", "【字体: 大 中 小】"],
)
def test_furniture(line: str) -> None:
    outline = outline_of(f"{line}{BODY}")
    assert stretch(outline, outline.furniture[0]) == line.split("\n")[0].strip()
    assert all(sentence.begin >= len(line) for sentence in outline.sentences)


@pytest.mark.parametrize(
    "line",
    [
        "打印设备统一采购，严禁重复配置。",
        "请将材料打印一式三份。",
        "首页设计方案由市教育局审定。",
        "主办单位：云陵市体育局",
        "市农科院为各镇竹农提供技术支持。",
    ],
)
def test_what_is_no_furniture(line: str) -> None:
    assert outline_of(f"{BODY}{line}\n").furniture == ()


def test_who_runs_a_page_is_furniture_where_the_page_has_a_foot() -> None:
    foot = "主办单位：云陵市人民政府办公室\n云陵市人民政府版权所有\n"
    outline = outline_of(BODY + foot)
    assert [stretch(outline, span) for span in outline.furniture] == foot.split()


def test_related_links_below_the_text_are_cut_off() -> None:
    related = "相关阅读\n枫渚县教育局关于做好抗旱工作的通知\n"
    outline = outline_of(BODY + "加强校车管理，保障学生安全。\n" * 4 + related)
    assert [stretch(outline, span) for span in outline.furniture] == related.split()
    assert stretch(outline, outline.title) == "云陵市教育局关于加强校车管理的通知"


# -- sections and tasks ----------------------------------------------------------------------

# number | title | the heading above it
OUTLINES = [
    pytest.param(
        "一、抓质量\n1.加强教研。每月组织教研活动，提升课堂教学的质量。\n"
        "2.培育名师。全年培育教学名师，建立名师工作室。\n二、抓安全\n3.排查隐患。每季度排查校园隐患，建立管理台账。",
        ["抓质量", "抓安全"],
        ["1|加强教研|抓质量", "2|培育名师|抓质量", "3|排查隐患|抓安全"],
        id="numbered through the sections",
    ),
    pytest.param(
        "一、重点任务\n（一）健全体系。建立四级台账，明确专人负责台账更新和管理。\n"
        "（二）保障经费。安排专项资金，用于各县区建设青苗驿站等项目。",
        ["重点任务"],
        ["一|健全体系|重点任务", "二|保障经费|重点任务"],
        id="items in brackets with a lead sentence",
    ),
    pytest.param(
        "一、重点任务\n（一）健全体系\n1.建立台账。建立四级台账，明确专人负责台账更新和管理。\n"
        "2.明确专人。各县区明确专人，负责台账更新和日常管理的工作。",
        ["重点任务", "健全体系"],
        ["1|建立台账|健全体系", "2|明确专人|健全体系"],
        id="only the lowest level is a task",
    ),
    pytest.param(
        "一、抓质量\n持续增加学位资源供给。新建学校三所，扩建学校两所，解决入学难题。\n"
        "提升课堂教学质量水平。开展教研活动，打磨精品课程，培育教学名师。",
        ["抓质量"],
        ["|持续增加学位资源供给|抓质量", "|提升课堂教学质量水平|抓质量"],
        id="leads without a number",
    ),
    pytest.param(
        "一、抓质量\n持续增加学位资源供给。新建学校三所，扩建学校两所，解决入学难题。",
        ["抓质量"],
        ["一|抓质量|"],
        id="one lead alone is a paragraph, so the heading is the task",
    ),
    pytest.param(
        "一、总体要求\n（一）指导思想。坚持守正创新，稳步推进各项工作落地见效。\n"
        "（二）基本原则。坚持因地制宜，分类施策，不搞一刀切的做法。\n"
        "二、主要任务\n（一）健全体系。建立四级台账，明确专人负责台账更新和管理。",
        ["总体要求", "主要任务"],
        ["一|健全体系|主要任务"],
        id="the frame of a paper holds no tasks",
    ),
    pytest.param(
        "第一章 总则\n第一条 为了加强校车管理，保障学生安全，制定本办法。\n"
        "第二章 管理\n第二条 校车应当符合下列条件：\n（一）检验合格；\n（二）取得许可。",
        ["总则", "管理", "校车应当符合下列条件"],
        [],
        id="articles and their conditions are no tasks",
    ),
    pytest.param(
        "第一章 总则\n第一条 （目的和依据）\n为了加强校车管理，制定本办法。\n第二章 管理\n"
        "第二条 （随车照管）\n校车应当配备照管人员，履行下列职责：\n"
        "（一）清点乘车学生；\n（二）劝止超员行驶。",
        ["总则", "管理", "随车照管"],
        ["二|随车照管|管理"],
        id="an article with its title in brackets is a task, its frame is not",
    ),
    pytest.param(
        "一、抓质量\n1\ue010加强教研。每月组织教研活动，提升课堂教学的质量。\n"
        "2\ue010培育名师。全年培育教学名师，建立名师工作室。",
        ["抓质量"],
        ["1|加强教研|抓质量", "2|培育名师|抓质量"],
        id="a dot lost to a font of its own",
    ),
    pytest.param(
        "一、抓质量\n（一）\n加强教研。\n每月组织教研活动，提升课堂教学质量。\n"
        "（二）培育名师。全年培育教学名师，建立名师工作室。",
        ["抓质量"],
        ["一|加强教研|抓质量", "二|培育名师|抓质量"],
        id="a number on a line of its own",
    ),
    pytest.param(
        "—、抓质量\n（一）加强教研。每月组织教研活动，提升课堂教学质量。\n二、抓安全\n"
        "（一）排查隐患。每季度排查校园隐患，建立管理台账。",
        ["抓质量", "抓安全"],
        ["一|加强教研|抓质量", "一|排查隐患|抓安全"],
        id="a dash for 一",
    ),
    pytest.param(
        "一、抓质量。坚持质量立校，推动各类学校办出特色。\n"
        "持续增加学位资源供给。新建学校三所，扩建学校两所，解决入学难题。\n"
        "——提升课堂教学质量水平。开展教研活动，打磨精品课程，培育教学名师。\n"
        "三是完善教师培训体系。引进名优教师，分级分类培训，提高教师的待遇。\n"
        "教师强则学校强。要把教师队伍建设摆在突出位置，尊重教师、关心教师。",
        ["抓质量"],
        [
            "|持续增加学位资源供给|抓质量",
            "|提升课堂教学质量水平|抓质量",
            "三|完善教师培训体系|抓质量",
        ],
        id="leads in a report, under a heading that is a paragraph of its own",
    ),
    pytest.param(
        "2023年工作回顾\n一、质量提升\n学位资源持续增加。新建学校三所，扩建学校两所，解决入学难题。\n"
        "教研活动日益丰富。打磨精品课程，培育教学名师，建立名师工作室。\n"
        "今年是攻坚之年。\n一、抓质量\n1.加强教研。每月组织教研活动，提升课堂教学质量。",
        ["2023年工作回顾", "质量提升", "抓质量"],
        ["1|加强教研|抓质量"],
        id="what was achieved is no task; a review that counts anew is over",
    ),
    pytest.param(
        "一、申报要求\n（一）申报学校办学三年以上，近两年没有安全事故。\n"
        "（二）每校限报一个项目。\n二、推荐程序\n（一）学校填报。学校登录平台填写并提交材料。\n"
        "（二）县区推荐\n1.推荐单位\n（1）各县区教育局。\n（2）市属学校。\n"
        "2.推荐名额\n各县区不超过五个，市属学校可以直接申报。",
        ["申报要求", "推荐程序", "县区推荐", "推荐单位", "推荐名额"],
        ["一|学校填报|推荐程序", "1|推荐单位|县区推荐", "2|推荐名额|县区推荐"],
        id="conditions are no tasks; members without a lead make their heading the task",
    ),
    pytest.param(
        "一、抓安全\n（一）符合下列情形的校车予以停运：\n1.未经检验。检验过期的也算在内，不论有无故障。\n"
        "2.超员行驶。超过核定人数的，一经查实立即停止运营。\n"
        "（二）排查隐患。每季度排查校园隐患，建立管理台账。",
        ["抓安全", "符合下列情形的校车予以停运"],
        ["一|符合下列情形的校车予以停运|抓安全", "二|排查隐患|抓安全"],
        id="what is announced as a list of cases",
    ),
    pytest.param(
        "一、抓质量\n1.加强教研。每月组织教研活动，提升课堂教学质量。\n专栏1 教研工程\n"
        "1.名师工程：建设名师工作室，带动青年教师成长。\n2.精品课程：打磨精品课程，建设资源库。\n"
        "2.培育名师。全年培育教学名师，建立名师工作室。",
        ["抓质量"],
        ["1|加强教研|抓质量", "2|培育名师|抓质量"],
        id="a box holds no tasks",
    ),
    pytest.param(
        "一、标准建设\n1.体系标准\n（1）课程标准\n统一课程的内容、学时和评价办法，便于各校执行。\n"
        "（2）师资标准\n统一教师的资格、培训和考核办法，便于各校执行。\n"
        "2.资源标准\n统一教学资源的格式、目录和共享办法，便于各校使用。\n"
        "二、组织实施\n教育局会同有关部门组织实施，定期通报情况。",
        ["标准建设", "体系标准", "课程标准", "师资标准", "资源标准", "组织实施"],
        ["1|课程标准|体系标准", "2|师资标准|体系标准", "2|资源标准|标准建设"],
        id="a heading with its text below it is a task, the odd one at the top not",
    ),
    pytest.param(
        "一、问：为什么要开展活动？\n为了保障学生安全，教育局决定开展活动。\n"
        "二、问：活动怎样开展？\n排查校园隐患，建立管理台账，每季度通报情况。",
        ["问：为什么要开展活动？", "问：活动怎样开展？"],
        [],
        id="questions and answers are no tasks",
    ),
    pytest.param(
        "一、抓质量\n（一）加强教研。每月组织教研活动，分类推进。\n"
        "1.小学教研要以课堂为中心，组织全体任课教师集体备课，每周不少于一次。由县区教研室负责。\n"
        "2.中学教研要以学科为中心，组织名师与青年教师结对帮扶，每月不少于一次。由市教研室负责。\n"
        "二、评选办法\n教育局组织专家评选，结果在网站上公示。\n三、加大教研工作投入\n"
        "各县区安排专项资金，用于教研活动和教师培训。",
        ["抓质量", "加强教研", "评选办法", "加大教研工作投入"],
        ["一|加强教研|抓质量", "三|加大教研工作投入|"],
        id="parts without leads leave the task whole; beside groups a topic is none, a deed is one",
    ),
    pytest.param(
        "一、抓质量\n1.加强教研。每月组织教研活动，提升课堂教学质量。\n"
        "附件：1.\n教研活动安排表\n2.\n名师工作室名单",
        ["抓质量"],
        ["1|加强教研|抓质量"],
        id="what is attached, each name below its number",
    ),
    pytest.param(
        "一、抓质量\n（一）加强教研。每月组织教研活动，提升课堂教学质量。\n二、其他\n"
        "（一）本方案自印发之日起实行，原有规定停止使用。\n（二）本方案由云陵市教育局负责解释。",
        ["抓质量", "其他"],
        ["一|加强教研|抓质量"],
        id="what closes a paper is no task",
    ),
    pytest.param(
        "一、申请人资格要求\n1.申请人应为在职教师。从教时间不少于5年，近3年考核合格。\n"
        "2.申请人无违纪记录。受过处分的，处分期满后方可提出申请。\n"
        "二、目标和工作思路\n（一）工作思路。以课堂为中心，以教研为抓手，整体提升教学质量。\n"
        "三、《教研若干措施》主要内容\n（一）经费。每校安排教研经费，由县区统筹使用和管理。\n"
        "四、抓质量\n1.加强教研。每月组织教研活动，提升课堂教学质量。",
        ["申请人资格要求", "目标和工作思路", "《教研若干措施》主要内容", "抓质量"],
        ["1|加强教研|抓质量"],
        id="who may apply, aims and what a paper holds are no work",
    ),
    pytest.param(
        "（一）抓质量，促均衡\n办好职业学校。\n加快实训基地建设，支持职业学校开设新专业，聘请工匠进校授课，"
        "扩大订单培养的规模。\n培育教学名师。\n实施名师工程，组织骨干教师跟岗学习，建立名师工作室，对新教师一对一帮扶，"
        "每年评选一批优秀教案。\n各位代表，任重道远，唯有实干。让我们携手并进，把各项工作落到实处。",
        ["抓质量，促均衡"],
        ["|办好职业学校|抓质量，促均衡", "|培育教学名师|抓质量，促均衡"],
        id="leads that are paragraphs of their own; an address is none",
    ),
    pytest.param(
        "第一章 附则\n第一条 本办法自2024年3月1日起施行。\n"
        "一、抓质量\n1.加强教研。每月组织教研活动，提升课堂教学质量。",
        ["附则", "本办法自2024年3月1日起施行", "抓质量"],
        ["1|加强教研|抓质量"],
        id="another paper below a regulation",
    ),
    pytest.param(
        "一、抓质量\n（一）加强教研。每月组织教研活动，提升课堂教学质量。\n二、抓安全\n"
        "（一）排查隐患。每季度排查校园隐患，建立管理台账。\n三、加强跟踪管理\n"
        "各县区及时总结经验，每季度定期报送进展情况，分析存在的问题，提出下一步的工作措施。教育局汇总各县区的"
        "情况，组织专家实地查看，对进展缓慢的予以提醒，对成效明显的予以表扬，并将结果向社会公布。\n四、评选思路\n各县区先行组织评选，择优推荐上报。",
        ["抓质量", "抓安全", "加强跟踪管理", "评选思路"],
        ["一|加强教研|抓质量", "一|排查隐患|抓安全", "三|加强跟踪管理|"],
        id="the odd heading beside groups that opens as work does is a task",
    ),
    pytest.param(
        "一、充分认识校车安全的重要性\n校车安全关系学生生命，关系社会稳定和谐。\n"
        "二、抓安全\n（一）排查隐患。每季度排查校园隐患，建立管理台账。",
        ["充分认识校车安全的重要性", "抓安全"],
        ["一|排查隐患|抓安全"],
        id="why a thing matters is no task",
    ),
    pytest.param(
        "第一章 管理\n第一条 校车服务分为以下几类。\n（一）自主服务模式。学校自备校车，自聘人员。\n"
        "（二）委托服务模式。学校委托企业提供校车服务，并签订合同。\n"
        "第二条 校车单位做好以下工作。\n（一）强化人员培训。每学期组织人员培训，建立培训档案。\n"
        "（二）完善应急预案。每学期组织应急演练，及时改进预案内容。",
        ["管理", "校车服务分为以下几类", "校车单位做好以下工作"],
        ["一|强化人员培训|管理", "二|完善应急预案|管理"],
        id="the terms of an article are no tasks, leads that set work are",
    ),
    pytest.param(
        "一、抓质量\n（一）健全体系，统一质量标准。\n"
        "建立四级台账，明确专人负责。各县区按月更新。（市教育局牵头，市财政局参与）\n"
        "推广优秀经验，2025年底前各校全部建成20个以上优秀案例。（市教育局、市财政局负责）\n"
        "（二）保障经费。安排专项资金。（市财政局负责）\n统筹用好捐赠。引导社会力量助学。（市民政局负责）\n"
        "二、创新教研方式\n各校轮流承办教研活动，市县联动开展网络教研。（市教育局牵头）",
        ["抓质量", "健全体系，统一质量标准", "保障经费", "创新教研方式"],
        [
            "|建立四级台账，明确专人负责|健全体系，统一质量标准",
            "|推广优秀经验，2025年底前各校全部建成20个以上优秀案例|健全体系，统一质量标准",
            "二|保障经费|抓质量",
            "|统筹用好捐赠|保障经费",
            "二|创新教研方式|",
        ],
        id="each paragraph that says who answers for it is a task",
    ),
    pytest.param(
        "一、抓质量\n（一）强化顶层设计引领。建立质量指标体系。每季度开展质量监测，统一口径方法，公布结果。（市教育局牵头，市财政局参与）\n"
        "优化管理机制。明确各校职责边界，形成工作合力。（市教育局、市财政局指导）\n"
        "加强制度创新。集成各项改革举措，增强协同性。（市教育局指导）",
        ["抓质量", "强化顶层设计引领"],
        [
            "|建立质量指标体系|强化顶层设计引领",
            "|优化管理机制|强化顶层设计引领",
            "|加强制度创新|强化顶层设计引领",
        ],
        id="the first of them stands behind the heading",
    ),
    pytest.param("加强校车管理，保障学生安全。\n请认真执行。", [], [], id="no headings"),
]


@pytest.mark.parametrize("row", list(rows("lead_words.tsv")), ids=lambda row: row["word"])
def test_every_lead_word_opens_its_example(row: dict[str, str]) -> None:
    assert row["example"].startswith(row["word"]) and row["example"] != row["word"]
    assert sets_work(row["example"])


@pytest.mark.parametrize(("text", "sections", "tasks"), OUTLINES)
def test_sections_and_tasks(text: str, sections: list[str], tasks: list[str]) -> None:
    outline = outline_of(f"云陵市教育局2024年工作要点\n{text}\n")
    assert [section.title for section in outline.sections] == sections
    assert [
        f"{t.number}|{t.title}|{'' if t.section is None else outline.sections[t.section].title}"
        for t in outline.tasks
    ] == tasks


@pytest.mark.parametrize(
    ("first", "tasks"),
    [
        ("怎么办理云陵市老年优待卡？", 0),
        ("《云陵市校车管理办法》答记者问", 0),
        ("云陵市2024年入学申请指引", 0),
        ("云陵市教育局关于印发入学申请指引的通知", 1),
    ],
)
def test_a_page_that_guides_sets_no_tasks(first: str, tasks: int) -> None:
    text = "一、办理准备\n1.核对信息。申请人核对本人姓名、证件号码和联系电话等信息。"
    assert len(outline_of(f"{first}\n{text}\n").tasks) == tasks


def test_members_of_an_enumeration_are_no_tasks_but_their_heading_is() -> None:
    text = "一、工作内容\n（一）重点事项\n1.排查隐患；\n2.整改隐患；\n（二）其他事项\n"
    tasks = outline_of(f"云陵市教育局2024年工作要点\n{text}").tasks
    assert "重点事项" in [task.title for task in tasks]
    assert not {"1", "2"} & {task.number for task in tasks}


def test_levels_and_parents_of_headings() -> None:
    text = (
        "第一编 总论\n第一章 总则\n第一节 目标\n一、要点\n（一）事项\n1.措施\n（1）步骤\n①做法\n"
        "第二章 附则\n"
    )
    outline = outline_of(f"云陵市教育发展规划\n{text}")
    parents = [
        "" if s.parent is None else outline.sections[s.parent].title for s in outline.sections
    ]
    titles = [s.title for s in outline.sections]
    assert titles[:3] == ["总论", "总则", "目标"]
    assert dict(zip(titles, parents, strict=True)) | {"附则": "总论"} == dict(
        zip(titles, parents, strict=True)
    )
    assert parents[:3] == ["", "总论", "总则"]
    assert [s.level for s in outline.sections[:3]] == [1, 2, 3]


def test_a_text_whose_line_breaks_are_lost() -> None:
    text = (
        "　　云陵市教育局2024年工作要点　　一、抓质量"
        "　　1.加强教研。每月组织教研活动，提升课堂教学质量。"
        "　　2.培育名师。全年培育教学名师，建立名师工作室。　　二、抓安全"
        "　　3.排查隐患。每季度排查校园隐患，建立台账。"
    )
    outline = outline_of(text)
    assert stretch(outline, outline.title) == "云陵市教育局2024年工作要点"
    assert [section.title for section in outline.sections] == ["抓质量", "抓安全"]
    assert [task.title for task in outline.tasks] == ["加强教研", "培育名师", "排查隐患"]


def test_numbered_items_inside_one_long_line() -> None:
    filler = "各县区要高度重视，统筹安排，明确责任，加强协调，狠抓落实，务求实效。"
    text = (
        f"云陵市教育局2024年工作要点\n一、抓质量。{filler * 9}1.加强教研。{filler}"
        f"2.培育名师。{filler}\n"
    )
    assert [task.number for task in outline_of(text).tasks][-2:] == ["1", "2"]


FILLER = "各县区要高度重视，统筹安排，明确责任，加强协调，狠抓落实，务求实效。"


@pytest.mark.parametrize(
    ("line", "tasks"),
    [
        pytest.param(
            f"一 、抓质量（一）加强教研。{FILLER * 4}（二）培育名师。{FILLER}"
            f"二 、抓安全（一）排查隐患。{FILLER * 4}（二）整改隐患。{FILLER}",
            ["一|加强教研", "二|培育名师", "一|排查隐患", "二|整改隐患"],
            id="an item right behind its heading",
        ),
        pytest.param(
            f"一、抓质量1.加强教研。{FILLER * 4}2、培育名师。{FILLER}"
            f"二、抓安全3.排查隐患。{FILLER * 4}4.发展二、三产业。{FILLER}",
            ["1|加强教研", "2|培育名师", "3|排查隐患", "4|发展二、三产业"],
            id="numbered through the sections",
        ),
        pytest.param(
            f"1.加强教研。{FILLER}2.培育名师。{FILLER}\n3.排查隐患。{FILLER}",
            ["1|加强教研", "2|培育名师", "3|排查隐患"],
            id="one break lost in a line of common length",
        ),
        pytest.param(
            f"—、抓质量（三）加强教研。{FILLER * 4}（四）培育名师。{FILLER * 4}"
            f"（五）抓课程。{FILLER}",
            ["三|加强教研", "四|培育名师", "五|抓课程"],
            id="a count that begins in its midst",
        ),
        pytest.param(
            f"{FILLER * 4}&nbsp;&nbsp; 一、加强教研&nbsp;&nbsp;{FILLER}"
            f"&nbsp;&nbsp;二、培育名师&nbsp;&nbsp;{FILLER}",
            ["一|加强教研", "二|培育名师"],
            id="blanks of a page read as text",
        ),
        pytest.param(
            f"一、抓质量，促均衡1.加强教研。{FILLER}\n2.培育名师。{FILLER}\n二、抓安全3.排查隐患。{FILLER}",
            ["1|加强教研", "2|培育名师", "3|排查隐患"],
            id="an item right behind its heading in a line of common length",
        ),
        pytest.param(
            f"1.加强教研。{FILLER}包括：1.集体备课；2.听课评课。详见附件2.教研安排。{FILLER}",
            ["1|加强教研"],
            id="an enumeration inside a line of common length",
        ),
    ],
)
def test_breaks_lost_inside_a_line(line: str, tasks: list[str]) -> None:
    outline = outline_of(f"云陵市教育局2024年工作要点\n{line}\n")
    assert [f"{task.number}|{task.title}" for task in outline.tasks] == tasks


def test_blanks_that_stand_for_breaks() -> None:
    items = "".join(
        f" （{number}）{title} {FILLER * 5}"
        for number, title in zip(
            "一二三四五六七八",
            ("抓教研", "抓师资", "抓课程", "抓资源", "抓评价", "抓安全", "抓体育", "抓美育"),
            strict=True,
        )
    )
    outline = outline_of(f"云陵市教育局2024年工作要点 第一章 总 则 一、重点工作{items}")
    assert stretch(outline, outline.title) == "云陵市教育局2024年工作要点"
    assert [task.title for task in outline.tasks][:3] == ["抓教研", "抓师资", "抓课程"]
    assert "总 则" in [section.title for section in outline.sections]


MUCH = FILLER * 4  # of the text behind a lead


@pytest.mark.parametrize(
    ("items", "tasks"),
    [
        pytest.param(
            f"（一）抓质量，促均衡。坚持质量立校。加强教研工作。{MUCH}一是培育教学名师。{MUCH}\n"
            f"（二）抓安全，保稳定。排查校园隐患。{MUCH}建好校车队伍。{MUCH}成立专班。\n"
            f"（三）抓课程，提素养。开发地方课程。{MUCH}办好艺术社团。{MUCH}",
            ["|加强教研工作", "一|培育教学名师", "|排查校园隐患", "|建好校车队伍"]
            + ["|开发地方课程", "|办好艺术社团"],
            id="all are written so",
        ),
        pytest.param(
            f"（一）抓质量，促均衡。坚持质量立校。加强教研工作。{MUCH}培育教学名师。{MUCH}\n"
            f"（二）抓安全，保稳定。{MUCH}{MUCH}{MUCH}\n"
            f"（三）抓课程，提素养。{MUCH}办好艺术社团。{MUCH}{MUCH}",
            ["一|抓质量，促均衡", "二|抓安全，保稳定", "三|抓课程，提素养"],
            id="short sentences here and there",
        ),
    ],
)
def test_leads_inside_paragraphs(items: str, tasks: list[str]) -> None:
    outline = outline_of(f"云陵市政府工作报告\n一、2024年重点工作\n{items}\n")
    assert [f"{task.number}|{task.title}" for task in outline.tasks] == tasks


def test_spans_hold_what_they_say() -> None:
    text = (
        "一、抓质量\n1.加强教研。每月组织教研活动，提升课堂教学质量。\n"
        "　　2. 培育名师。全年培育名师，建立工作室。\n"
    )
    outline = outline_of(f"云陵市教育局2024年工作要点\n{text}")
    for task in outline.tasks:
        assert stretch(outline, (task.title_begin, task.title_end)) == task.title
        assert stretch(outline, (task.begin, task.title_begin)).strip() == f"{task.number}."
        assert task.begin < task.title_begin < task.title_end <= task.end
    (section,) = outline.sections
    assert stretch(outline, (section.begin, section.end)).startswith("一、抓质量")
    assert section.end == outline.tasks[-1].end


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("云陵市教育局关于加强校车管理的通知", "title"),
        ("各县（区）教育局：", "addressee"),
        ("经市人民政府同意，现向各有关单位提出如下意见：", "body"),
        ("教育局办公室承担的工作包括：", "body"),
        ("云教发〔2024〕6号", "metadata"),
        ("请加强管理。", "body"),
        ("云陵市教育局", "signature"),
        ("2024年3月1日", "signature"),
    ],
)
def test_parts(line: str, part: str) -> None:
    text = (
        "云陵市教育局关于加强校车管理的通知\n云教发〔2024〕6号\n各县（区）教育局：\n"
        "经市人民政府同意，现向各有关单位提出如下意见：\n"
        "教育局办公室承担的工作包括：\n请加强管理。\n"
        "云陵市教育局\n2024年3月1日\n"
    )
    outline = outline_of(text)
    (sentence,) = [s for s in outline.sentences if stretch(outline, (s.begin, s.end)) == line]
    assert sentence.part == part


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十三", 23),
        ("3", 3),
        ("12", 12),
        ("③", 3),
        ("甲", 0),
    ],
)
def test_ordinals(numeral: str, value: int) -> None:
    assert ordinal(numeral) == value


def test_blocks_leave_blanks_out_and_share_nothing() -> None:
    text = "\r\n　　一、抓质量 \r\n\t \n 二、抓安全　\n"
    blocks = list(split_blocks(text))
    assert [block.text for block in blocks] == ["一、抓质量", "二、抓安全"]
    assert all(text[block.begin : block.end] == block.text for block in blocks)
