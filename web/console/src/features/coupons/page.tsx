import { Button, CopyButton } from "@mantine/core";
import { Plus, TicketPercent } from "lucide-react";
import { useState } from "react";
import { type Coupon, useCoupons } from "@/api/line-coupons";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { Mark } from "@/components/mark";
import { PageOfAccount } from "@/components/of-account";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { useWords as useCommon } from "@/components/words";
import styles from "@/features/coupons/coupons.module.css";
import { Closing } from "@/features/coupons/closing";
import { CouponForm } from "@/features/coupons/form";
import { useCodes, useWords } from "@/features/coupons/words";
import { useFormat } from "@/lib/format";

export function CouponsPage() {
  const w = useWords();
  const may = useMay()("messages.write");
  const [making, setMaking] = useState(false);
  return (
    <PageOfAccount
      title={w("title")}
      lead={w("lead")}
      actions={() =>
        may ? (
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setMaking(true)}>
            {w("create")}
          </Button>
        ) : null
      }
    >
      {(account) => (
        <>
          <Coupons account={account} may={may} />
          {making ? <CouponForm account={account} close={() => setMaking(false)} /> : null}
        </>
      )}
    </PageOfAccount>
  );
}

function Coupons({ account, may }: { account: string; may: boolean }) {
  const w = useWords();
  const found = useCoupons(account);
  const [closing, setClosing] = useState<Coupon | null>(null);
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Waiting rows={5} height={48} />;
  if (!found.data.coupons.length)
    return (
      <Blank icon={TicketPercent} title={w("none")}>
        {w("noneWhy")}
      </Blank>
    );
  return (
    <>
      <table className={table["table"]}>
        <thead>
          <tr>
            <th scope="col">{w("name")}</th>
            <th scope="col">{w("state")}</th>
            <th scope="col">{w("id")}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {found.data.coupons.map((coupon) => (
            <Row key={coupon.id} of={coupon} close={may ? () => setClosing(coupon) : null} />
          ))}
        </tbody>
      </table>
      <AsOf at={found.data.asOf} />
      {closing ? <Closing account={account} coupon={closing} done={() => setClosing(null)} /> : null}
    </>
  );
}

function Row({ of, close }: { of: Coupon; close: (() => void) | null }) {
  const w = useWords();
  const code = useCodes();
  const common = useCommon();
  const format = useFormat();
  return (
    <tr>
      <td>
        <span data-data>{of.title}</span>
        {of.starts_at && of.ends_at ? (
          <div className={styles["soft"]}>{w("until", { from: format.moment(of.starts_at), to: format.moment(of.ends_at) })}</div>
        ) : null}
      </td>
      <td>
        <Mark tone={of.state === "running" ? "good" : "plain"}>{code("state", of.state)}</Mark>
      </td>
      <td>
        <div className={styles["row"]}>
          <code data-data>{of.id}</code>
          <CopyButton value={of.id}>
            {({ copied, copy }) => (
              <Button variant="default" size="xs" onClick={copy}>
                {copied ? common("copied") : common("copy")}
              </Button>
            )}
          </CopyButton>
        </div>
      </td>
      <td>
        {close && of.state === "running" ? (
          <Button variant="subtle" color="red" size="xs" onClick={close}>
            {w("close")}
          </Button>
        ) : null}
      </td>
    </tr>
  );
}
