import { ActionIcon, Button, Modal } from "@mantine/core";
import { ArrowDown, ArrowUp, GripVertical, LayoutGrid, Plus } from "lucide-react";
import { type DragEvent, useState } from "react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { Mark } from "@/components/mark";
import { moved } from "@/components/message/tree";
import { PageOfAccount } from "@/components/of-account";
import { Blank, Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import styles from "@/features/line/line.module.css";
import { type Menu, pictureOf, useDropMenu, useMenus, useOrder } from "@/features/line/menus";
import { Resolver } from "@/features/line/resolver";
import { useRuleWords } from "@/features/line/rule-words";
import { useWords } from "@/features/line/words";

export function MenusPage() {
  const w = useWords();
  const may = useMay()("line.write");
  return (
    <PageOfAccount
      title={w("menus")}
      lead={w("menus.lead")}
      actions={(account) =>
        may ? (
          <Button component={Link} to={`/menus/new?account=${account}`} leftSection={<Plus size={16} aria-hidden />}>
            {w("menu.create")}
          </Button>
        ) : null
      }
    >
      {(account) => <Menus account={account} may={may} />}
    </PageOfAccount>
  );
}

function Menus({ account, may }: { account: string; may: boolean }) {
  const w = useWords();
  const menus = useMenus(account);
  if (menus.error) return <Failed error={menus.error} retry={() => void menus.refetch()} />;
  if (!menus.data) return <Waiting rows={3} height={96} />;
  if (menus.data.menus.length === 0)
    return (
      <Blank icon={LayoutGrid} title={w("menus.none")}>
        {w("menus.noneWhy")}
      </Blank>
    );
  return (
    <div className={styles["beside"]}>
      <div>
        <Ranked account={account} menus={menus.data.menus} may={may} />
        <AsOf at={menus.data.as_of} />
      </div>
      <Resolver account={account} menus={menus.data.menus} />
    </div>
  );
}

/** The menus in the order in which they are asked: put in another by dragging, or by button. */
function Ranked({ account, menus, may }: { account: string; menus: Menu[]; may: boolean }) {
  const w = useWords();
  const order = useOrder(account);
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const keys = menus.map(({ key }) => key);
  // The default is asked last, whatever its rank.
  const ranked = menus.filter(({ is_default }) => !is_default).length;
  const put = (from: number, to: number) => {
    if (from !== to && from < ranked && to < ranked) order.mutate(moved(keys, from, to));
  };
  return (
    <>
      {order.error ? <Failed error={order.error} small /> : null}
      <ol className={styles["menus"]} aria-label={w("menus")}>
        {menus.map((menu, index) => (
          <li
            key={menu.key}
            className={`${styles["menu"]} ${over === index && dragged !== null ? styles["over"] : ""}`}
            draggable={may && index < ranked}
            onDragStart={(event: DragEvent) => {
              event.dataTransfer.effectAllowed = "move";
              setDragged(index);
            }}
            onDragOver={(event: DragEvent) => {
              event.preventDefault();
              setOver(index);
            }}
            onDragEnd={() => {
              setDragged(null);
              setOver(null);
            }}
            onDrop={(event: DragEvent) => {
              event.preventDefault();
              if (dragged !== null) put(dragged, index);
            }}
          >
            {may ? <GripVertical size={16} className={`${styles["grip"]} ${index < ranked ? "" : styles["still"]}`} aria-hidden /> : null}
            <One account={account} menu={menu} may={may} />
            {may ? (
              <span className={styles["tools"]}>
                <ActionIcon variant="subtle" color="gray" aria-label={w("up", { what: menu.name })} disabled={index === 0 || index >= ranked} onClick={() => put(index, index - 1)}>
                  <ArrowUp size={15} aria-hidden />
                </ActionIcon>
                <ActionIcon variant="subtle" color="gray" aria-label={w("down", { what: menu.name })} disabled={index >= ranked - 1} onClick={() => put(index, index + 1)}>
                  <ArrowDown size={15} aria-hidden />
                </ActionIcon>
              </span>
            ) : null}
          </li>
        ))}
      </ol>
      <p className={styles["soft"]}>{w("menus.order")}</p>
    </>
  );
}

function One({ account, menu, may }: { account: string; menu: Menu; may: boolean }) {
  const w = useWords();
  const rule = useRuleWords();
  const [leaving, setLeaving] = useState(false);
  return (
    <>
      <div className={styles["thumb"]}>
        {menu.has_image ? <img src={`${pictureOf(account, menu.key)}?${menu.updated_at}`} alt="" loading="lazy" /> : <LayoutGrid size={20} aria-hidden />}
      </div>
      <div className={styles["menuWords"]}>
        <Link to={`/menus/${menu.key}?account=${account}`} className={styles["link"] ?? ""} data-data>
          {menu.name}
        </Link>
        <div className={styles["soft"]} data-data>
          {rule(menu)}
        </div>
        <div className={styles["marks"]}>
          {menu.problem ? (
            <Mark tone="bad">{w("menu.problem")}</Mark>
          ) : !menu.has_image ? (
            <Mark tone="warn">{w("menu.noPicture")}</Mark>
          ) : menu.at_line ? (
            <Mark tone="line">{w("menu.atLine")}</Mark>
          ) : (
            <Mark>{w("menu.onItsWay")}</Mark>
          )}
          {menu.friends ? <Mark>{w("menu.friends", { count: menu.friends })}</Mark> : null}
        </div>
        {menu.problem ? (
          <div className={styles["bad"]} lang="en">
            {menu.problem}
          </div>
        ) : null}
      </div>
      {may ? (
        <Button variant="subtle" color="red" size="compact-sm" onClick={() => setLeaving(true)}>
          {w("delete")}
        </Button>
      ) : null}
      {leaving ? <Leaving account={account} menu={menu} close={() => setLeaving(false)} /> : null}
    </>
  );
}

function Leaving({ account, menu, close }: { account: string; menu: Menu; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const drop = useDropMenu(account);
  return (
    <Modal opened onClose={close} title={w("menu.deleteTitle", { name: menu.name })} closeButtonProps={{ "aria-label": common("close") }}>
      <p>{w("menu.deleteWhy", { count: menu.friends })}</p>
      {drop.error ? <Failed error={drop.error} small /> : null}
      <div className={styles["row"]}>
        <Button color="red" loading={drop.isPending} onClick={() => drop.mutate(menu.key, { onSuccess: close })}>
          {w("delete")}
        </Button>
        <Button variant="default" onClick={close}>
          {common("cancel")}
        </Button>
      </div>
    </Modal>
  );
}
