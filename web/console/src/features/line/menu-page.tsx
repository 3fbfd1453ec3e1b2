import { Button, FileInput, NumberInput, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useAccount } from "@/api/accounts";
import { useMay } from "@/api/me";
import { Problem } from "@/api/problem";
import { ActionOf } from "@/components/message/action";
import { DraftOf } from "@/components/message/draft";
import { RICH_MENU } from "@/components/message/fields";
import { byPointer } from "@/components/message/flaws";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { AreaCanvas } from "@/features/line/area-canvas";
import styles from "@/features/line/line.module.css";
import { type Drawing, type Menu, pictureOf, type Rule, useMenus, useSaveMenu } from "@/features/line/menus";
import { grid, type Rect, scaled } from "@/features/line/rect";
import { RuleFields } from "@/features/line/rule-fields";
import { useWords } from "@/features/line/words";

const SIDES = ["x", "y", "width", "height"] as const;
const TAP = { type: "uri", uri: "" };
const FIRST: Drawing = { size: { width: 2500, height: 1686 }, selected: true, name: "", chatBarText: "", areas: [] };
const EVERYBODY: Rule = { is_default: false, by_rule: true, segment: null, tag: null, bound: null, starts_at: null, ends_at: null };

export function MenuPage() {
  const { key = "" } = useParams();
  const { account } = useAccount();
  const menus = useMenus(account);
  if (menus.error) return <Failed error={menus.error} retry={() => void menus.refetch()} />;
  if (!menus.data) return <Waiting rows={4} height={96} />;
  const menu = menus.data.menus.find((one) => one.key === key);
  if (key && !menu) return <Failed error={new Problem(404, {})} />;
  return <Editor key={account + key} account={account} menu={menu ?? null} rank={menus.data.menus.length + 1} />;
}

function Editor({ account, menu, rank }: { account: string; menu: Menu | null; rank: number }) {
  const w = useWords();
  const navigate = useNavigate();
  const may = useMay()("line.write");
  const save = useSaveMenu(account);
  const [name, setName] = useState(menu?.name ?? "");
  const [drawing, setDrawing] = useState<Drawing>({ ...FIRST, ...(menu?.definition as Partial<Drawing> | undefined) });
  const [rule, setRule] = useState<Rule>(menu ?? EVERYBODY);
  const [file, setFile] = useState<File | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const own = useMemo(() => (file ? URL.createObjectURL(file) : ""), [file]);
  useEffect(() => () => URL.revokeObjectURL(own), [own]);
  const picture = own || (menu?.has_image ? `${pictureOf(account, menu.key)}?${menu.updated_at}` : null);
  const problem = save.error instanceof Problem ? save.error : null;
  const flaws = problem?.field?.startsWith("/menu/") ? [{ pointer: problem.field.replace("/menu", "/0"), sentence: problem.message }] : [];
  const back = `/menus?account=${account}`;
  const bounds = drawing.areas.map((area) => area.bounds);
  const setBounds = (rects: Rect[]) =>
    setDrawing((before) => ({ ...before, areas: rects.map((rect, at) => ({ bounds: rect, action: before.areas[at]?.action ?? TAP })) }));

  async function take(chosenFile: File | null) {
    setFile(chosenFile);
    if (!chosenFile) return;
    const image = await createImageBitmap(chosenFile);
    const size = { width: image.width, height: image.height };
    setDrawing((before) => ({
      ...before,
      size,
      areas: before.areas.map((area) => ({ ...area, bounds: scaled(area.bounds, before.size, size) })),
    }));
  }

  function keep() {
    const key = menu?.key ?? `menu-${Date.now().toString(36)}`;
    const { is_default, by_rule, segment, tag, bound, starts_at, ends_at } = rule;
    save.mutate(
      {
        key,
        name,
        rank: menu?.rank ?? rank,
        menu: { ...drawing, name: name.slice(0, 300) },
        rule: { is_default, by_rule, segment, tag, bound, starts_at, ends_at },
        picture: file,
      },
      {
        onSuccess: () => {
          notifications.show({ message: w("menu.saved") });
          void navigate(back);
        },
      },
    );
  }

  return (
    <Page
      title={menu ? menu.name : w("menu.create")}
      data={menu !== null}
      actions={
        <>
          <Button variant="default" component={Link} to={back}>
            {w("menu.back")}
          </Button>
          {may ? (
            <Button loading={save.isPending} disabled={!name.trim() || !drawing.chatBarText.trim()} onClick={keep}>
              {w("menu.save")}
            </Button>
          ) : null}
        </>
      }
    >
      {save.error && flaws.length === 0 ? <Failed error={save.error} small /> : null}
      <DraftOf messages={[drawing]} change={([changed]) => changed && setDrawing(changed as Drawing)} flaws={byPointer(flaws)} strict>
        <div className={styles["beside"]}>
          <Panel title={w("menu.picture")}>
            <div className={styles["stack"]}>
              <FileInput
                label={w("menu.file")}
                description={w("menu.fileWhy")}
                placeholder={w("menu.choose")}
                accept="image/png,image/jpeg"
                value={file}
                clearable
                onChange={(value) => void take(value)}
                data-data
              />
              <AreaCanvas picture={picture} size={drawing.size} areas={bounds} chosen={chosen} choose={setChosen} change={setBounds} />
              <div className={styles["row"]}>
                <span className={styles["soft"]}>{w("menu.grid")}</span>
                {([[1, 1], [2, 1], [3, 1], [2, 2], [3, 2]] as const).map(([columns, lines]) => (
                  <Button key={`${columns}${lines}`} variant="default" size="compact-sm" onClick={() => setBounds(grid(columns, lines, drawing.size))}>
                    {columns} × {lines}
                  </Button>
                ))}
              </div>
            </div>
          </Panel>
          <div className={styles["stack"]}>
            <Panel title={w("menu.what")}>
              <div className={styles["stack"]}>
                <TextInput label={w("menu.name")} description={w("menu.nameWhy")} maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
                <TextInput
                  label={w("menu.bar")}
                  description={w("menu.barWhy")}
                  maxLength={14}
                  value={drawing.chatBarText}
                  onChange={(event) => setDrawing({ ...drawing, chatBarText: event.currentTarget.value })}
                />
              </div>
            </Panel>
            <Panel title={chosen === null ? w("menu.areas") : w("areaOf", { count: chosen + 1 })}>
              {chosen !== null && drawing.areas[chosen] ? (
                <div className={styles["stack"]}>
                  <div className={styles["four"]}>
                    {SIDES.map((side) => (
                      <NumberInput
                        key={side}
                        label={w(`side.${side}`)}
                        min={0}
                        value={bounds[chosen]?.[side] ?? 0}
                        onChange={(value) => setBounds(bounds.map((rect, at) => (at === chosen ? { ...rect, [side]: Number(value) || 0 } : rect)))}
                      />
                    ))}
                  </div>
                  <ActionOf at={`/0/areas/${chosen}/action`} place={RICH_MENU} required />
                  <Button
                    variant="subtle"
                    color="red"
                    size="compact-sm"
                    w="fit-content"
                    onClick={() => {
                      setDrawing({ ...drawing, areas: drawing.areas.filter((_, at) => at !== chosen) });
                      setChosen(null);
                    }}
                  >
                    {w("menu.removeArea")}
                  </Button>
                </div>
              ) : (
                <p className={styles["soft"]}>{w("menu.areasWhy")}</p>
              )}
            </Panel>
            <RuleFields rule={rule} change={setRule} />
          </div>
        </div>
      </DraftOf>
    </Page>
  );
}
