"""What every story of a broadcast does: compose a coupon, and read a figure of the report."""

from playwright.sync_api import Page


def compose_coupon(page: Page) -> None:
    """Begin a broadcast on the list of broadcasts, let it be one Flex coupon, and go on to its audience."""
    page.get_by_role("link", name="新增群發").click()
    page.get_by_label("群發名稱").fill("Winter coupon")
    page.get_by_role("button", name="移除：1. 文字").click()
    page.get_by_role("button", name="新增泡泡").click()
    page.get_by_role("menuitem", name="Flex 卡片", exact=True).click()
    page.get_by_role("button", name="優惠券卡片").click()
    page.get_by_role("group", name="手機畫面").get_by_text("折 100 元").wait_for()
    page.get_by_role("button", name="下一步：受眾").click()


def figure(page: Page, name: str) -> str:
    """Return the number that stands under a name in the report."""
    label = page.get_by_role("region", name="成效報告").get_by_text(name, exact=True)
    return label.locator("xpath=following-sibling::*[1]").inner_text()
