import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Coupon, useCloseCoupon } from "@/api/line-coupons";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import styles from "@/features/coupons/coupons.module.css";
import { useWords } from "@/features/coupons/words";

/** Ask for the name before a coupon ends: LINE takes nothing back. */
export function Closing({ account, coupon, done }: { account: string; coupon: Coupon; done: () => void }) {
  const w = useWords();
  const common = useCommon();
  const close = useCloseCoupon(account);
  const [typed, setTyped] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    close.mutate(coupon.id, { onSuccess: done });
  }

  return (
    <Modal opened onClose={done} title={w("closeTitle", { name: coupon.title })} closeButtonProps={{ "aria-label": common("close") }}>
      <form className={styles["stack"]} onSubmit={submit}>
        <p className={styles["line"]}>{w("closeWhy")}</p>
        <TextInput label={w("typeName", { name: coupon.title })} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        {close.error ? <Failed error={close.error} small /> : null}
        <Button type="submit" color="red" disabled={typed !== coupon.title} loading={close.isPending}>
          {w("close")}
        </Button>
      </form>
    </Modal>
  );
}
