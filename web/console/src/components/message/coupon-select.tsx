import { Select } from "@mantine/core";
import { useAccount } from "@/api/accounts";
import { useCoupons } from "@/api/line-coupons";
import { useDraft } from "@/components/message/draft";
import { textAt } from "@/components/message/tree";
import { useWords } from "@/components/message/words";

/** Take one of the running coupons of the account; an id of another account can still be written beneath. */
export function CouponSelect({ at }: { at: string }) {
  const w = useWords();
  const { messages, set } = useDraft();
  const { account } = useAccount();
  const running = (useCoupons(account).data?.coupons ?? []).filter(({ state }) => state === "running");
  if (running.length === 0) return null;
  const chosen = textAt(messages, at);
  return (
    <Select
      label={w("coupon.choose")}
      searchable
      comboboxProps={{ keepMounted: false }}
      value={running.some(({ id }) => id === chosen) ? chosen : null}
      data={running.map(({ id, title }) => ({ value: id, label: title }))}
      onChange={(id) => id && set(at, id)}
      data-data
    />
  );
}
