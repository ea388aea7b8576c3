"""The published keys as written by hand from their facts: items, ranges, and one person each, worked out."""

from __future__ import annotations


def upto(n: int) -> list[int]:
    return list(range(1, n + 1))


def blocks(size: int, *names: str) -> dict[str, list[int]]:
    """Scales of so many items in a row."""
    return {name: list(range(i * size + 1, (i + 1) * size + 1)) for i, name in enumerate(names)}


ODD, EVEN = list(range(1, 36, 2)), list(range(2, 37, 2))
SIX = ("satisfaction", "commitment", "intimacy", "trust", "passion", "love")
DAS_PARTS = {
    "consensus": [1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    "satisfaction": [16, 17, 18, 19, 20, 21, 22, 23, 31, 32],
    "cohesion": [24, 25, 26, 27, 28],
    "affection": [4, 6, 29, 30],
}  # fmt: skip
DCI_PARTS = {
    "own_communication": [1, 2, 3, 4], "partner_supportive": [5, 6, 8, 9, 13],
    "partner_negative": [7, 10, 11, 15], "partner_delegated": [12, 14],
    "partner_communication": [16, 17, 18, 19], "own_supportive": [20, 21, 23, 24, 29],
    "own_negative": [22, 25, 26, 27], "own_delegated": [28, 30], "common": [31, 32, 33, 34, 35],
    "evaluation": [36, 37],
}  # fmt: skip
IMS_PARTS = {
    "satisfaction": [1, 2, 3, 4, 5], "alternatives": [6, 7, 8, 9, 10], "investment": [11, 12, 13, 14, 15],
    "commitment": [16, 17, 18, 19, 20, 21, 22],
}  # fmt: skip

NRI = (
    "companionship", "disclosure", "pressure", "satisfaction", "conflict", "support", "criticism", "approval",
    "dominance", "exclusion",
)  # fmt: skip

# scales that take the answers as they are, though the total reverses some of them
AS_ANSWERED = {"dci": {"partner_negative", "own_negative"}}

# id → (id in the facts, range, items with other ranges, scale → items, reverse-keyed items), by hand
KEYS: dict[str, tuple[str, tuple[int, int], dict[int, tuple[int, int]], dict[str, list[int]], set[int]]] = {
    "ras": ("ras", (1, 5), {}, {"total": upto(7)}, {4, 7}),
    "csi-32": ("csi32", (0, 5), {1: (0, 6)}, {"total": upto(32)}, set()),
    "csi-16": ("csi16", (0, 5), {1: (0, 6)}, {"total": upto(16)}, set()),
    "csi-4": ("csi4", (0, 5), {1: (0, 6)}, {"total": upto(4)}, set()),
    "das": (
        "das", (0, 5), {23: (0, 4), 24: (0, 4), 29: (0, 1), 30: (0, 1), 31: (0, 6)},
        {**DAS_PARTS, "total": upto(32)}, set(),
    ),
    "rdas": (
        "rdas", (0, 5), {11: (0, 4)},
        {"consensus": [1, 2, 3, 4, 5, 6], "satisfaction": [7, 8, 9, 10], "cohesion": [11, 12, 13, 14],
         "total": upto(14)},
        set(),
    ),
    "ecr-r": (
        "ecr_r", (1, 7), {}, {"anxiety": upto(18), "avoidance": list(range(19, 37))},
        {9, 11, 20, 22, 26, 27, 28, 29, 30, 31, 33, 34, 35, 36},
    ),
    "ecr-r-alternating": (
        "ecr_r", (1, 7), {}, {"anxiety": EVEN, "avoidance": ODD},
        {2, 3, 5, 11, 15, 17, 19, 22, 25, 27, 29, 31, 33, 35},
    ),
    "ecr": (
        "ecr", (1, 7), {}, {"avoidance": ODD, "anxiety": EVEN}, {3, 15, 19, 22, 25, 27, 29, 31, 33, 35},
    ),
    "ecr-s": (
        "ecr_s", (1, 7), {}, {"avoidance": [1, 3, 5, 7, 9, 11], "anxiety": [2, 4, 6, 8, 10, 12]},
        {1, 5, 8, 9},
    ),
    "ecr-12": (
        "ecr_12", (1, 7), {}, {"anxiety": [1, 2, 3, 5, 7, 8], "avoidance": [4, 6, 9, 10, 11, 12]},
        {6, 9, 10, 11, 12},
    ),
    "ecr-rs": ("ecr_rs", (1, 7), {}, {"avoidance": [1, 2, 3, 4, 5, 6], "anxiety": [7, 8, 9]}, {1, 2, 3, 4}),
    "ims": ("ims", (0, 8), {}, IMS_PARTS, {18, 19}),
    "prqc": ("prqc", (1, 7), {}, {**blocks(3, *SIX), "total": upto(18)}, set()),
    "prqc-interleaved": (
        "prqc", (1, 7), {},
        {**{name: [n, n + 6, n + 12] for n, name in enumerate(SIX, start=1)}, "total": upto(18)}, set(),
    ),
    "pprs-18": (
        "pprs18", (1, 9), {},
        {"general": [1, 2], "understanding": list(range(3, 11)), "validation": list(range(11, 19)),
         "total": upto(18)},
        set(),
    ),
    "pprs-12": (
        "pprs12", (1, 9), {},
        {"general": [1, 2], "understanding": [3, 4, 5, 6, 7], "validation": [8, 9, 10, 11, 12],
         "total": upto(12)},
        set(),
    ),
    "tls-45": ("tls45", (1, 9), {}, blocks(15, "intimacy", "passion", "commitment"), set()),
    "tls-15": (
        "tls15", (1, 5), {}, {**blocks(5, "intimacy", "passion", "commitment"), "total": upto(15)}, set(),
    ),
    "dci": ("dci", (1, 5), {}, {**DCI_PARTS, "total": upto(35)}, {7, 10, 11, 15, 22, 25, 26, 27}),
    "kmss": ("kmss", (1, 7), {}, {"total": [1, 2, 3]}, set()),
    "rsat-7": ("rsat7", (0, 6), {}, {"total": upto(7)}, set()),
    "ios": ("ios", (1, 7), {}, {"total": [1]}, set()),
    "qmi": ("qmi", (1, 7), {6: (1, 10)}, {"total": upto(6)}, set()),
    "dts": ("dts", (1, 7), {}, {"total": upto(8)}, {1, 2, 6}),
    "pnrq-8": ("pnrq", (1, 6), {}, blocks(4, "positive", "negative"), set()),
    "trust-17": (
        "trust17", (1, 7), {},
        {"dependability": [1, 2, 3, 4, 5], "faith": [6, 7, 8, 9, 10, 11, 12],
         "predictability": [13, 14, 15, 16, 17], "total": upto(17)},
        {13, 14, 15, 17},
    ),
    "raas": (
        "raas", (1, 5), {},
        {"close": [1, 6, 8, 12, 13, 17], "depend": [2, 5, 7, 14, 16, 18], "anxiety": [3, 4, 9, 10, 11, 15]},
        {2, 7, 8, 13, 16, 17, 18},
    ),
    "cpq-sf": (
        "cpqsf", (1, 9), {},
        {"constructive": [2, 5, 7], "self_demand": [3, 8, 10], "partner_demand": [4, 9, 11],
         "demand_withdraw": [3, 4, 8, 9, 10, 11]},
        set(),
    ),
    "pls-15": ("pls15", (1, 9), {}, {"total": upto(15)}, set()),
    "nri-rqv": (
        "nri_rqv", (1, 5), {}, {name: [n, n + 10, n + 20] for n, name in enumerate(NRI, start=1)}, set(),
    ),
    "mat": (
        "mat", (1, 6), {1: (1, 7), 10: (1, 3), 11: (1, 4), 12: (1, 3), 13: (1, 4), 14: (1, 3), 15: (1, 4)},
        {"total": upto(15)}, set(),
    ),
}  # fmt: skip

# id → item → what its options count, where that is not their number: from the first on the form to the last
AGREEMENT = [5, 4, 3, 2, 1, 0]
COUNTS: dict[str, dict[int, list[int]]] = {
    "mat": {
        1: [0, 2, 7, 15, 20, 25, 35], 4: [8, 6, 4, 2, 1, 0], 6: [15, 12, 9, 4, 1, 0],
        **dict.fromkeys([2, 3, 5, 7, 8, 9], AGREEMENT),
        10: [0, 2, 10], 11: [10, 8, 3, 0], 12: [3, 10, 2], 13: [0, 3, 8, 15], 14: [15, 0, 1],
        15: [0, 2, 10, 10],
    },
}  # fmt: skip

# the published range of every score, written by hand
RANGES = {
    "ras": {"total": (1, 5)}, "csi-32": {"total": (0, 161)}, "csi-16": {"total": (0, 81)},
    "csi-4": {"total": (0, 21)},
    "das": {"consensus": (0, 65), "satisfaction": (0, 50), "cohesion": (0, 24), "affection": (0, 12),
            "total": (0, 151)},
    "rdas": {"consensus": (0, 30), "satisfaction": (0, 20), "cohesion": (0, 19), "total": (0, 69)},
    "ecr-r": dict.fromkeys(("anxiety", "avoidance"), (1, 7)),
    "ecr-r-alternating": dict.fromkeys(("anxiety", "avoidance"), (1, 7)),
    "ecr": dict.fromkeys(("anxiety", "avoidance"), (1, 7)),
    "ecr-s": dict.fromkeys(("anxiety", "avoidance"), (1, 7)),
    "ecr-12": dict.fromkeys(("anxiety", "avoidance"), (1, 7)),
    "ecr-rs": dict.fromkeys(("anxiety", "avoidance"), (1, 7)),
    "ims": dict.fromkeys(("satisfaction", "alternatives", "investment", "commitment"), (0, 8)),
    "prqc": dict.fromkeys((*SIX, "total"), (1, 7)),
    "prqc-interleaved": dict.fromkeys((*SIX, "total"), (1, 7)),
    "pprs-18": {"general": (2, 18), "understanding": (8, 72), "validation": (8, 72), "total": (18, 162)},
    "pprs-12": {"general": (2, 18), "understanding": (5, 45), "validation": (5, 45), "total": (12, 108)},
    "tls-45": dict.fromkeys(("intimacy", "passion", "commitment"), (1, 9)),
    "tls-15": dict.fromkeys(("intimacy", "passion", "commitment", "total"), (1, 5)),
    "dci": {"own_communication": (4, 20), "partner_supportive": (5, 25), "partner_negative": (4, 20),
            "partner_delegated": (2, 10), "partner_communication": (4, 20), "own_supportive": (5, 25),
            "own_negative": (4, 20), "own_delegated": (2, 10), "common": (5, 25), "evaluation": (2, 10),
            "total": (35, 175)},
    "kmss": {"total": (3, 21)}, "rsat-7": {"total": (0, 42)}, "ios": {"total": (1, 7)},
    "qmi": {"total": (6, 45)}, "dts": {"total": (8, 56)},
    "pnrq-8": dict.fromkeys(("positive", "negative"), (1, 6)),
    "trust-17": dict.fromkeys(("dependability", "faith", "predictability", "total"), (1, 7)),
    "raas": dict.fromkeys(("close", "depend", "anxiety"), (1, 5)),
    "cpq-sf": {"constructive": (3, 27), "self_demand": (3, 27), "partner_demand": (3, 27),
               "demand_withdraw": (6, 54)},
    "pls-15": {"total": (15, 135)}, "nri-rqv": dict.fromkeys(NRI, (1, 5)), "mat": {"total": (2, 158)},
}  # fmt: skip

# one person each, worked by hand: answers in the order of the items, and the scores
EXAMPLES: dict[str, tuple[list[int], dict[str, float]]] = {
    # items 4 and 7 become 6 - 2 = 4 and 6 - 1 = 5
    "ras": ([5, 4, 3, 2, 5, 4, 1], {"total": (5 + 4 + 3 + 4 + 5 + 4 + 5) / 7}),
    "csi-32": ([6, *[3] * 30, 1], {"total": 6 + 90 + 1}),
    "csi-16": ([4, *[3] * 15], {"total": 4 + 45}),
    "csi-4": ([5, 4, 3, 0], {"total": 12}),
    # thirteen consensus items at 4; satisfaction 8 x 2 (16-23), item 31 at 6, item 32 at 5;
    # cohesion 4 + 4 x 1; affection 3 + 2 + 1 + 0
    "das": (
        [4, 4, 4, 3, 4, 2, *[4] * 9, *[2] * 8, 4, *[1] * 4, 1, 0, 6, 5],
        {"consensus": 52, "satisfaction": 16 + 6 + 5, "cohesion": 8, "affection": 6, "total": 93},
    ),
    "rdas": (
        [5, 4, 3, 2, 1, 0, 5, 5, 4, 4, 4, 5, 1, 2],
        {"consensus": 15, "satisfaction": 18, "cohesion": 12, "total": 45},
    ),
    # all 2: two of 18 anxiety items and twelve of 18 avoidance items become 6
    "ecr-r": ([2] * 36, {"anxiety": (16 * 2 + 2 * 6) / 18, "avoidance": (6 * 2 + 12 * 6) / 18}),
    # the same inventory in another order: again two and twelve
    "ecr-r-alternating": ([2] * 36, {"anxiety": 44 / 18, "avoidance": 84 / 18}),
    # one anxiety item (22) and nine avoidance items become 6
    "ecr": ([2] * 36, {"avoidance": (9 * 2 + 9 * 6) / 18, "anxiety": (17 * 2 + 6) / 18}),
    # avoidance 1, 5, 9 and anxiety 8 turned: 7, 1, 3 | 2, 6, 7 and 3, 5, 4 | 7, 1, 2
    "ecr-s": (
        [1, 3, 2, 5, 7, 4, 6, 1, 5, 1, 7, 2],
        {"avoidance": (7 + 2 + 1 + 6 + 3 + 7) / 6, "anxiety": (3 + 5 + 4 + 7 + 1 + 2) / 6},
    ),
    # avoidance: 4 as it is, 6, 9, 10, 11, 12 turned
    "ecr-12": (
        [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5],
        {"anxiety": (1 + 2 + 3 + 5 + 7 + 1) / 6, "avoidance": (4 + 2 + 6 + 5 + 4 + 3) / 6},
    ),
    # 1-4 turned: 7, 6, 5, 4
    "ecr-rs": ([1, 2, 3, 4, 5, 6, 7, 1, 2], {"avoidance": (7 + 6 + 5 + 4 + 5 + 6) / 6, "anxiety": 10 / 3}),
    # 18 and 19 become 8 - 1 = 7 and 8 - 0 = 8
    "ims": (
        [8, 7, 6, 5, 4, 0, 1, 2, 3, 4, *[5] * 5, 8, 8, 1, 0, 6, 7, 8],
        {"satisfaction": 6, "alternatives": 2, "investment": 5,
         "commitment": (8 + 8 + 7 + 8 + 6 + 7 + 8) / 7},
    ),
    "prqc": (
        [7, 6, 5, 7, 7, 7, 1, 2, 3, 4, 4, 4, 2, 2, 5, 6, 6, 6],
        {"satisfaction": 6, "commitment": 7, "intimacy": 2, "trust": 4, "passion": 3, "love": 6,
         "total": 84 / 18},
    ),
    "prqc-interleaved": (
        [7, 7, 1, 4, 2, 6, 6, 7, 2, 4, 2, 6, 5, 7, 3, 4, 5, 6],
        {"satisfaction": 6, "commitment": 7, "intimacy": 2, "trust": 4, "passion": 3, "love": 6,
         "total": 84 / 18},
    ),
    "pprs-18": (
        [9, 8, *[7] * 8, *[5] * 7, 1],
        {"general": 17, "understanding": 56, "validation": 36, "total": 109},
    ),
    "pprs-12": (
        [9, 8, *[7] * 5, *[5] * 4, 1],
        {"general": 17, "understanding": 35, "validation": 21, "total": 73},
    ),
    "tls-45": (
        [*[9] * 14, 2, *[1] * 15, *[5] * 15],
        {"intimacy": (126 + 2) / 15, "passion": 1, "commitment": 5},
    ),
    "tls-15": (
        [5, 5, 4, 4, 3, 1, 2, 3, 4, 5, 2, 2, 2, 2, 1],
        {"intimacy": 4.2, "passion": 3, "commitment": 1.8, "total": 45 / 15},
    ),
    # all 2: in the total each of the eight items of negative coping becomes 4
    "dci": (
        [2] * 37,
        {"own_communication": 8, "partner_supportive": 10, "partner_negative": 8, "partner_delegated": 4,
         "partner_communication": 8, "own_supportive": 10, "own_negative": 8, "own_delegated": 4,
         "common": 10, "evaluation": 4, "total": 27 * 2 + 8 * 4},
    ),
    "kmss": ([5, 6, 7], {"total": 18}),
    "rsat-7": ([6, 5, 4, 3, 2, 1, 0], {"total": 21}),
    "ios": ([4], {"total": 4}),
    "qmi": ([7, 6, 5, 6, 7, 9], {"total": 40}),
    # 1, 2 and 6 turned: 7, 6, 3
    "dts": ([1, 2, 6, 7, 5, 5, 4, 7], {"total": 7 + 6 + 6 + 7 + 5 + 3 + 4 + 7}),
    "pnrq-8": ([6, 5, 6, 5, 1, 2, 1, 1], {"positive": 22 / 4, "negative": 5 / 4}),
    # 13, 14, 15 and 17 become 8 - 2 = 6, 8 - 1 = 7, 8 - 3 = 5 and 8 - 7 = 1
    "trust-17": (
        [7, 6, 5, 6, 7, 4, 4, 5, 5, 6, 6, 5, 2, 1, 3, 6, 7],
        {"dependability": 31 / 5, "faith": 35 / 7, "predictability": 25 / 5, "total": 91 / 17},
    ),
    # close: 8, 13 and 17 turned to 4, 5, 3; depend: 2, 7, 16 and 18 to 3, 4, 5, 2; anxiety as it is
    "raas": (
        [5, 3, 1, 2, 4, 4, 2, 2, 1, 3, 2, 5, 1, 4, 2, 1, 3, 4],
        {"close": (5 + 4 + 4 + 5 + 5 + 3) / 6, "depend": (3 + 4 + 4 + 4 + 5 + 2) / 6,
         "anxiety": (1 + 2 + 1 + 3 + 2 + 2) / 6},
    ),
    "cpq-sf": (
        [9, 7, 2, 5, 8, 9, 6, 3, 4, 1, 9],
        {"constructive": 7 + 8 + 6, "self_demand": 2 + 3 + 1, "partner_demand": 5 + 4 + 9,
         "demand_withdraw": 24},
    ),
    "pls-15": ([9, 8, 7, 6, 5, 4, 3, 2, 1, 9, 9, 9, 5, 5, 5], {"total": 45 + 27 + 15}),
    # row by row: 1 to 10, then all 3, then all 5
    "nri-rqv": (
        [5, 4, 1, 5, 2, 4, 1, 5, 1, 1, *[3] * 10, *[5] * 10],
        {"companionship": 13 / 3, "disclosure": 4, "pressure": 3, "satisfaction": 13 / 3, "conflict": 10 / 3,
         "support": 4, "criticism": 3, "approval": 13 / 3, "dominance": 3, "exclusion": 3},
    ),
    # option 5 of 7; of agreement 2, 1, 3, 2, 2, 4, 3, 1; then 3 of 3, 2 of 4, 3 of 3, 3 of 4, 1 of 3, 3 of 4
    "mat": (
        [5, 2, 1, 3, 2, 2, 4, 3, 1, 3, 2, 3, 3, 1, 3],
        {"total": 20 + (4 + 5 + 4 + 4 + 12 + 2 + 3 + 5) + 10 + 8 + 2 + 8 + 15 + 10},
    ),
}  # fmt: skip
