"""Display names of virtual friends, as people in Taiwan choose them. Made up; any likeness is chance."""

import random

FAMILY = "陳林黃張李王吳劉蔡楊許鄭謝郭洪邱曾廖賴徐周葉蘇莊呂江何蕭羅高"
GIVEN = (  # noqa: SIM905 - reads as a list of names
    "怡君 雅婷 家豪 志明 淑芬 俊傑 宗翰 欣怡 佩珊 建宏 詩涵 冠宇 承恩 品妤 子晴 柏翰 宜蓁 彥廷 思妤 郁婷 "
    "美玲 文雄 秀英 國華 雅雯 佳穎 靜宜 明哲 惠美 育誠 芷瑄 宥翔 語彤 睿恩 沛珊 哲瑋 曉雯 心怡 書豪 婉婷"
).split()
NICKNAMES = "小美 阿明 小魚 阿布 Kiki 豆豆 小樹 阿凱 Mia 米粒 小寶媽 阿德 Jerry 毛毛 小潔 Vivi".split()  # noqa: SIM905 - reads as a list of names
TAILS = ["", "", "", "🌸", "🐱", "☕", "❤️", " (^^)", "👨‍👩‍👧"]


def display_name(*, seed: int, index: int) -> str:
    """Return the name that the person `index` of `seed` shows everywhere."""
    chance = random.Random(f"name:{seed}:{index}")
    if chance.random() < 0.25:
        return chance.choice(NICKNAMES) + chance.choice(TAILS)
    return (
        chance.choice(FAMILY) + chance.choice(GIVEN) + (chance.choice(TAILS) if chance.random() < 0.2 else "")
    )
