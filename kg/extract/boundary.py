"""A name's last word to its first: where a nominal phrase begins, by jieba's parts of speech."""

from __future__ import annotations

import logging
import re
import warnings
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

WINDOW = 28  # characters looked at before the last word; official names are shorter
CLAUSE_START = re.compile(r"[，。；：！？、（）《》\s“”‘’—…【】\[\]|]")
NOMINAL = (
    "n",
    "j",
    "b",
    "s",
    "f",
    "m",
    "q",
    "x",
    "eng",
    "l",
    "i",
    "vn",
    "an",
    "a",
    "h",
    "k",
    "g",
    "z",
)
ANCHOR = re.compile(r"国家|全国|[省市县区](?![级直属])")
VERBAL = ("v", "vn", "vd", "vi")
# Nominal by their tag, but they open a phrase and are no part of a name.
OPENERS = frozenset(
    "全 各 本 我 该 其 某 等 这 那 有关 相关 所有 全体 广大 各级 各类 各个 一批 一个 一些 多个 部分 上述 下列 以下 现有 原有 主要 重点 "
    "部门 单位 期间 过程 方面 基础 上 中 下 内 外 前 后 时 以上 以来 同时 其中 年度 今年 全年 工作 情况 做好 有效 积极 认真 充分".split()
)
# Tagged as nouns and verbs alike, they govern what follows rather than belong to it.
GOVERNORS = frozenset(
    "推进 实施 开展 落实 加强 完善 建立 健全 推动 依托 发挥 加快 打造 创建 争创 成立 组建 设立 通过 举办 参与 "
    "配合 会同 督促 引导 鼓励 利用 借助 围绕 依据 按照 根据 作为 成为 纳入 承办 承接 制定 出台 申报 申请 启动 扶持 "
    "完成 迎接 做好 抓好 办好 用好 建好 继续 持续 进行 召开 参加 贯彻 执行 选派 选聘 聘请 邀请 发动 组成 构建 形成 加大 深入 扎实 "
    "改建 扩建 新建 迁建 筹建 续建 探索 融入 对接 带动 扩大 增加 提高 确保 管理好 运营好 参照 纳入 列入 负责 牵头 采用 采取 接受 给予 享受 取得 获得 获批 获评 认定 评为 入选 命名 支撑 力争 争取 努力 抢抓 聚焦 突出 坚持 选树 宣传 讲好 承担 包括 涉及 鼓励 允许 要求 需要 属于".split()
)


@cache
def _tagger() -> Any:
    """Load jieba with its dictionary cache where a user's caches belong, and without its noise."""
    from platformdirs import user_cache_path

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
        import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    jieba.dt.cache_file = _cache_file(user_cache_path("policy-kg"))
    jieba.initialize()
    return jieba.posseg.dt


def _cache_file(folder: Path) -> str | None:
    """Return where jieba may keep its compiled dictionary, None for its own choice."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return str(folder / "jieba.cache")


@lru_cache(maxsize=20_000)
def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """Cut a short stretch into words with their parts of speech."""
    return tuple((pair.word, pair.flag) for pair in _tagger().cut(text, HMM=False))


def name_begin(stretch: str, head: int, quotes: bool = False) -> int:
    """Return where the nominal phrase begins whose last word begins at `head`.

    Walks back over nominal words; stops at punctuation, at verbs that govern, at words that open
    a phrase. With `quotes` a quoted part (“双减”联席会议) may belong to it.
    """
    floor = max(0, head - WINDOW)
    begin = head
    while begin > floor:
        start = _clause_floor(stretch, begin, floor)
        walked = _walk(stretch, start, begin)
        if walked > start or not quotes or stretch[start - 1 : start] != "”":
            return walked
        opening = stretch.rfind("“", floor, start)
        if opening < 0:
            return walked
        begin = opening
    return begin


def _clause_floor(stretch: str, begin: int, floor: int) -> int:
    for at in range(begin - 1, floor - 1, -1):
        if CLAUSE_START.match(stretch[at]):
            return at + 1
    return floor


def _walk(stretch: str, start: int, begin: int) -> int:
    """Walk back over words that a name may hold; a verb stays only inside (充电|服务|联盟)."""
    at = _walk_nouns(stretch, start, begin)
    # 药品集中采购|和|使用试点工作小组: what begins with the state or a level goes on over 和.
    if at - 1 > start and stretch[at - 1] in "和与及":
        further = _walk_nouns(stretch, start, at - 1)
        if further < at - 1 and ANCHOR.match(stretch, further):
            return further
    return at


def _walk_nouns(stretch: str, start: int, begin: int) -> int:
    at = begin
    kept: list[tuple[str, str]] = []
    for word, flag in reversed(tagged(stretch[start:begin])):
        if word in OPENERS or word in GOVERNORS or not _may_be_inside(word, flag):
            break
        kept.append((word, flag))
        at -= len(word)
    while kept and kept[-1][1].startswith("v") and kept[-1][1] != "vn":
        at += len(kept.pop()[0])
    return at


def _may_be_inside(word: str, flag: str) -> bool:
    if flag in VERBAL:
        return len(word) > 1
    return flag.startswith(NOMINAL)
