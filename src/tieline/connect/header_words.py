"""What a column is called, in zh-TW, ja and en: one line per meaning, in lower case and without spaces."""

from collections.abc import Mapping

from tieline.model.identity import EMAIL, MEMBER, PHONE, POS_CARD

_LINES: Mapping[str, str] = {
    MEMBER: "會員編號 會員代號 會員id 會員卡號 顧客編號 客戶編號 會員番号 会員番号 会員id 顧客id memberid memberno customerid userid",
    PHONE: "手機 手機號碼 行動電話 電話 聯絡電話 會員手機 携帯 携帯電話 電話番号 phone mobile cellphone tel",
    EMAIL: "email emailaddress mailaddress 電子郵件 電子信箱 信箱 メール メールアドレス mail",
    POS_CARD: "卡號 實體卡號 カード番号 cardno cardnumber",
    "line": "lineuid lineid lineuserid line使用者 lineユーザーid",
    "given_name": "姓名 名字 會員姓名 顧客姓名 名前 氏名 name fullname firstname givenname",
    "family_name": "姓氏 苗字 lastname familyname surname",
    "birth_date": "生日 出生日期 出生年月日 生年月日 誕生日 birthday birthdate dateofbirth",
    "gender": "性別 gender sex",
    "city": "城市 縣市 居住縣市 市区町村 city",
    "address": "地址 通訊地址 住所 address",
    "member_tier": "會員等級 等級 会員ランク tier level rank",
    "tags": "標籤 タグ tags tag",
    "consent": "同意行銷 行銷同意 同意接收 接收行銷 願意收到 訂閱 配信許可 配信同意 メルマガ marketingconsent consent optin subscribed",
    "order_id": "訂單編號 訂單號碼 單號 交易序號 交易編號 發票號碼 注文番号 注文id orderid orderno ordernumber transactionid receiptno",
    "ordered_at": "訂購時間 訂單日期 訂單時間 下單時間 交易時間 交易日期 購買日期 消費日期 結帳時間 注文日 注文日時 購入日 orderdate orderedat purchasedate transactiondate",
    "at": "時間 日期 日時 日付 timestamp time date createdat occurredat",
    "total": "總金額 訂單金額 消費金額 交易金額 實付金額 應付金額 總計 金額 合計 合計金額 total totalamount amount revenue",
    "store": "門市 門市名稱 店鋪 分店 店舗 store shop branch",
    "coupon": "優惠券 折扣碼 クーポン coupon couponcode",
    "sku": "商品代碼 商品編號 商品貨號 貨號 品號 商品コード 品番 sku productid itemid",
    "product_name": "商品名稱 品名 商品名 productname itemname",
    "price": "單價 售價 價格 定價 価格 単価 price unitprice",
    "quantity": "數量 件數 数量 個数 quantity qty",
    "event_name": "事件 事件名稱 行為 イベント イベント名 event eventname",
}
WORDS: Mapping[str, tuple[str, ...]] = {meaning: tuple(words.split()) for meaning, words in _LINES.items()}
