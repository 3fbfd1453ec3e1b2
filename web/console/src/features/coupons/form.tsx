import { Button, Checkbox, Modal, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useMakeCoupon } from "@/api/line-coupons";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type Draft, lineCoupon, REWARDS } from "@/features/coupons/coupon";
import styles from "@/features/coupons/coupons.module.css";
import { useCodes, useWords } from "@/features/coupons/words";
import { timeZone } from "@/lib/format";
import { localOf } from "@/lib/moments";

const MONTH = 30 * 86_400_000;

function blank(): Draft {
  const [now, later] = [new Date(), new Date(Date.now() + MONTH)].map((one) => localOf(one.toISOString()));
  return {
    title: "", description: "", usage: "", code: "", image: "", starts: now ?? "", ends: later ?? "", reward: "percentage", amount: 10,
    often: false, listed: false, lottery: false, chance: 50,
  };
}

/** A coupon to be made at LINE; the server says what LINE would refuse. */
export function CouponForm({ account, close }: { account: string; close: () => void }) {
  const w = useWords();
  const code = useCodes();
  const common = useCommon();
  const make = useMakeCoupon(account);
  const [draft, setDraft] = useState(blank);
  const put = (changed: Partial<Draft>) => setDraft({ ...draft, ...changed });
  const priced = draft.reward === "percentage" || draft.reward === "fixed";

  function submit(event: FormEvent) {
    event.preventDefault();
    make.mutate(lineCoupon(draft, timeZone()), { onSuccess: close });
  }

  return (
    <Modal opened onClose={close} title={w("create")} closeButtonProps={{ "aria-label": common("close") }}>
      <form className={styles["stack"]} onSubmit={submit}>
        <p className={styles["soft"]}>{w("createWhy")}</p>
        <TextInput label={w("name")} placeholder={w("nameHint")} required withAsterisk={false} maxLength={60} value={draft.title} onChange={(event) => put({ title: event.currentTarget.value })} />
        <div className={styles["row"]}>
          <TextInput className={styles["grow"] ?? ""} type="datetime-local" label={w("starts")} required withAsterisk={false} value={draft.starts} onChange={(event) => put({ starts: event.currentTarget.value })} />
          <TextInput className={styles["grow"] ?? ""} type="datetime-local" label={w("ends")} required withAsterisk={false} value={draft.ends} onChange={(event) => put({ ends: event.currentTarget.value })} />
        </div>
        <Select
          label={w("reward")}
          allowDeselect={false}
          comboboxProps={{ keepMounted: false }}
          data={REWARDS.map((value) => ({ value, label: code("reward", value) }))}
          value={draft.reward}
          onChange={(value) => put({ reward: value ?? draft.reward })}
        />
        {priced ? (
          <NumberInput label={w(draft.reward === "fixed" ? "amount" : "percent")} min={1} max={draft.reward === "fixed" ? 10_000_000 : 99} allowDecimal={false} value={draft.amount} onChange={(amount) => put({ amount })} />
        ) : null}
        <Textarea label={w("description")} rows={2} maxLength={1000} value={draft.description} onChange={(event) => put({ description: event.currentTarget.value })} />
        <TextInput label={w("usage")} maxLength={100} value={draft.usage} onChange={(event) => put({ usage: event.currentTarget.value })} />
        <TextInput label={w("code")} description={w("codeWhy")} maxLength={16} value={draft.code} onChange={(event) => put({ code: event.currentTarget.value })} />
        <TextInput label={w("image")} type="url" placeholder="https://" value={draft.image} onChange={(event) => put({ image: event.currentTarget.value })} />
        <Checkbox label={w("often")} checked={draft.often} onChange={(event) => put({ often: event.currentTarget.checked })} />
        <Checkbox label={w("listed")} checked={draft.listed} onChange={(event) => put({ listed: event.currentTarget.checked })} />
        <Checkbox label={w("lottery")} checked={draft.lottery} onChange={(event) => put({ lottery: event.currentTarget.checked })} />
        {draft.lottery ? <NumberInput label={w("chance")} min={1} max={99} allowDecimal={false} value={draft.chance} onChange={(chance) => put({ chance })} /> : null}
        {make.error ? <Failed error={make.error} small /> : null}
        <Button type="submit" loading={make.isPending}>
          {w("make")}
        </Button>
      </form>
    </Modal>
  );
}
