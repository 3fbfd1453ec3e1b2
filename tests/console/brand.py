"""A small brand with people of every kind, for looking at."""

from datetime import UTC, datetime, timedelta
from typing import Any

from serving import Served, wait_for

WANG = {"userId": "M-1001", "name": "王淑芬", "phone": "0912384756", "email": "shufen@example.com"}


def identify(member: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": member, "traits": traits}


def bought(member: str, order: str, total: int, days_ago: float) -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    return {
        "type": "track",
        "userId": member,
        "event": "Order Completed",
        "timestamp": at.isoformat(),
        "properties": {
            "order_id": order,
            "total": total,
            "currency": "TWD",
            "items": [{"sku": "COAT-1", "name": "冬季大衣", "quantity": 1}],
        },
    }


def seed(tieline: Served) -> None:
    """Fill a workspace: a person with many identifiers, buyers, and one segment."""
    tieline.collect(
        identify(
            "M-1001",
            name="王淑芬",
            phone="0912384756",
            email="shufen@example.com",
            tier="金卡",
            city="台北市",
        ),
        {"type": "identify", "anonymousId": "browser-1", "userId": "M-1001", "traits": {}},
        {"type": "page", "anonymousId": "browser-1", "name": "冬季新品", "properties": {"title": "冬季新品"}},
        {"type": "track", "userId": "M-1001", "event": "coupon_redeemed", "properties": {"pool": "生日禮"}},
        *(bought("M-1001", f"O-{n}", 1_280 * (n + 1), days_ago=9 * n + 1) for n in range(4)),
        *(
            identify(f"M-{2000 + n}", name=f"林{name}", phone=f"09350{n:05}", city="台中市")
            for n, name in enumerate("一二三四五六七八")
        ),
        *(bought(f"M-{2000 + n}", f"P-{n}", 500 * (n + 1), days_ago=n + 1) for n in range(8)),
    )
    wait_for(tieline.settled)
    spent = {
        "event": "Order Completed",
        "window": {"last": "P30D"},
        "measure": {"fn": "sum", "property": "total"},
        "op": "gte",
        "value": 2000,
    }
    tieline.post("/api/segments", {"key": "spenders", "name": "30 天內消費滿 2,000", "condition": spent})
    wait_for(lambda: tieline.get("/api/segments/spenders")["state"] == "live")
