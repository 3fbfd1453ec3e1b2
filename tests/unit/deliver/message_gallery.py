"""One good message of every kind and every action, as LINE's reference describes them."""

from typing import Any

Json = dict[str, Any]
HTTPS = "https://brand.test/"
URI: Json = {"type": "uri", "label": "看商品", "uri": f"{HTTPS}p/1"}
ACTIONS: dict[str, Json] = {
    "postback": {
        "type": "postback", "label": "預約", "data": "book=1", "displayText": "我要預約",
        "inputOption": "openKeyboard", "fillInText": "姓名：",
    },
    "message": {"type": "message", "label": "營業時間", "text": "營業時間"},
    "uri": {**URI, "altUri": {"desktop": f"{HTTPS}desk"}},
    "datetimepicker": {
        "type": "datetimepicker", "label": "選時間", "data": "when", "mode": "datetime",
        "initial": "2026-12-25T00:00", "min": "2026-12-01T00:00", "max": "2027-01-31T23:59",
    },
    "clipboard": {"type": "clipboard", "label": "複製", "clipboardText": "CODE-1"},
    "camera": {"type": "camera", "label": "拍照"},
    "cameraRoll": {"type": "cameraRoll", "label": "相簿"},
    "location": {"type": "location", "label": "位置"},
}  # fmt: skip
IN_TEMPLATES = ("postback", "message", "uri", "datetimepicker", "clipboard")


def box(*contents: Json, **more: Any) -> Json:
    return {"type": "box", "layout": "vertical", "contents": list(contents), **more}


def bubble(**more: Any) -> Json:
    return {"type": "bubble", "body": box({"type": "text", "text": "內文"}), **more}


def flex(contents: Json) -> Json:
    return {"type": "flex", "altText": "通知文字", "contents": contents}


def template(**more: Any) -> Json:
    return {"type": "template", "altText": "通知文字", "template": more}


RICH_BUBBLE: Json = {
    "type": "bubble",
    "size": "giga",
    "direction": "ltr",
    "action": URI,
    "styles": {"header": {"backgroundColor": "#06C755", "separator": True, "separatorColor": "#00000022"}},
    "header": box({"type": "text", "text": "標題", "weight": "bold", "size": "xl", "color": "#1C2733"}),
    "hero": {
        "type": "video", "url": f"{HTTPS}v.mp4", "previewUrl": f"{HTTPS}v.png", "aspectRatio": "20:13",
        "altContent": {"type": "image", "url": f"{HTTPS}v.png", "size": "full", "aspectRatio": "20:13", "aspectMode": "cover"},
        "action": URI,
    },
    "body": box(
        {"type": "box", "layout": "baseline", "contents": [
            {"type": "icon", "url": f"{HTTPS}star.png", "size": "sm", "scaling": True},
            {"type": "text", "text": "4.9", "margin": "md", "flex": 0},
            {"type": "filler"},
        ]},
        {"type": "text", "contents": [
            {"type": "span", "text": "特價 ", "decoration": "line-through", "style": "italic"},
            {"type": "span", "text": "NT$990", "weight": "bold", "color": "#FF334B", "size": "xxl"},
        ], "wrap": True, "lineSpacing": "6px", "maxLines": 2, "adjustMode": "shrink-to-fit"},
        {"type": "separator", "margin": "lg", "color": "#CCCCCC"},
        {"type": "image", "url": f"{HTTPS}a.png", "animated": True, "size": "50%", "align": "start", "gravity": "center"},
        box(
            {"type": "text", "text": "角落", "position": "absolute", "offsetTop": "-4px", "offsetEnd": "5%"},
            background={"type": "linearGradient", "angle": "45deg", "startColor": "#FFFFFF", "endColor": "#000000",
                        "centerColor": "#888888", "centerPosition": "30%"},
            paddingAll="12px", cornerRadius="xxl", borderWidth="semi-bold", borderColor="#DDDDDD", width="80%",
            maxWidth="300px", height="40px", justifyContent="space-evenly", alignItems="center", spacing="sm",
        ),
    ),
    "footer": box({"type": "button", "action": ACTIONS["postback"], "style": "primary", "height": "sm", "color": "#06C755"}),
}  # fmt: skip
MESSAGES: dict[str, Json] = {
    "text": {"type": "text", "text": "您好 $", "emojis": [{"index": 3, "productId": "p1", "emojiId": "001"}]},
    "text v2": {
        "type": "textV2", "text": "Hi {smile} {{literal}}",
        "substitution": {"smile": {"type": "emoji", "productId": "p1", "emojiId": "002"}},
    },
    "sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    "image": {"type": "image", "originalContentUrl": f"{HTTPS}1.png", "previewImageUrl": f"{HTTPS}2.png"},
    "video": {"type": "video", "originalContentUrl": f"{HTTPS}1.mp4", "previewImageUrl": f"{HTTPS}2.png", "trackingId": "v1"},
    "audio": {"type": "audio", "originalContentUrl": f"{HTTPS}1.m4a", "duration": 60_000},
    "location": {"type": "location", "title": "信義店", "address": "臺北市信義區", "latitude": 25.03, "longitude": 121.56},
    "coupon": {"type": "coupon", "couponId": "01JYNW8JMQVFBNWF1APF8Z3FS7", "deliveryTag": "winter_1"},
    "imagemap": {
        "type": "imagemap", "baseUrl": f"{HTTPS}map", "altText": "通知文字", "baseSize": {"width": 1040, "height": 700},
        "actions": [
            {"type": "uri", "linkUri": f"{HTTPS}a", "label": "左", "area": {"x": 0, "y": 0, "width": 520, "height": 700}},
            {"type": "message", "text": "右", "area": {"x": 520, "y": 0, "width": 260, "height": 700}},
            {"type": "clipboard", "clipboardText": "C1", "area": {"x": 780, "y": 0, "width": 260, "height": 700}},
        ],
        "video": {
            "originalContentUrl": f"{HTTPS}1.mp4", "previewImageUrl": f"{HTTPS}1.png",
            "area": {"x": 0, "y": 0, "width": 1040, "height": 585},
            "externalLink": {"linkUri": f"{HTTPS}more", "label": "看更多"},
        },
    },
    "buttons": template(
        type="buttons", thumbnailImageUrl=f"{HTTPS}1.png", imageAspectRatio="square", imageSize="contain",
        imageBackgroundColor="#FFFFFF", title="選單", text="請選擇", defaultAction=URI,
        actions=[ACTIONS[name] for name in IN_TEMPLATES[:4]],
    ),
    "confirm": template(type="confirm", text="確定嗎？", actions=[ACTIONS["message"], ACTIONS["clipboard"]]),
    "carousel": template(
        type="carousel", imageAspectRatio="rectangle", imageSize="cover",
        columns=[{"thumbnailImageUrl": f"{HTTPS}{n}.png", "title": "卡", "text": "內文", "actions": [URI]} for n in range(10)],
    ),
    "image carousel": template(
        type="image_carousel", columns=[{"imageUrl": f"{HTTPS}1.png", "action": {**URI, "label": "看看"}}],
    ),
    "flex bubble": flex(RICH_BUBBLE),
    "flex carousel": flex({"type": "carousel", "contents": [bubble(size="micro") for _ in range(12)]}),
    "quick replies": {
        "type": "text", "text": "選一個",
        "quickReply": {"items": [{"type": "action", "imageUrl": f"{HTTPS}i.png", "action": one} for one in ACTIONS.values()]},
        "sender": {"name": "小編阿凱", "iconUrl": f"{HTTPS}kai.png"},
    },
}  # fmt: skip
