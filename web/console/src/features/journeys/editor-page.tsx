import { Button, Tabs } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { FlaskConical, Redo2, Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useMay } from "@/api/me";
import { Mark } from "@/components/mark";
import { Page } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { blank, type Definition, type Kinds } from "@/features/journeys/definition";
import { Drawing } from "@/features/journeys/drawing";
import styles from "@/features/journeys/editor.module.css";
import { type Journey, type Rehearsed, useJourney, useKinds, useProblems, useSave } from "@/features/journeys/journeys";
import { Rehearsal } from "@/features/journeys/rehearsal";
import { SettingsForm } from "@/features/journeys/settings-form";
import { SwitchOn } from "@/features/journeys/switch-on";
import { useEditor } from "@/features/journeys/use-editor";
import { useWords } from "@/features/journeys/words";
import { newKey } from "@/lib/key";

const TYPING_MS = 400;

/** Write a journey: what holds for all of it first, then the steps; try it on past days, and switch it on. */
export function EditorPage() {
  const { key = "" } = useParams();
  const w = useWords();
  const kinds = useKinds();
  const journey = useJourney(key);
  const [fresh] = useState(() => blank(newKey("journey", "", new Date()), w("newName")));
  const failed = kinds.error ?? journey.error;
  if (failed) return <Failed error={failed} retry={() => void (kinds.error ? kinds.refetch() : journey.refetch())} />;
  if (!kinds.data || (key && !journey.data)) return <Waiting rows={5} height={80} />;
  return <Whole key={`${key}/${journey.data?.version ?? 0}`} opened={journey.data?.definition ?? fresh} kinds={kinds.data} {...(journey.data ? { journey: journey.data } : {})} />;
}

interface WholeProps {
  opened: Definition;
  kinds: Kinds;
  journey?: Journey;
}

function Whole({ opened, kinds, journey }: WholeProps) {
  const w = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const editor = useEditor(opened);
  const save = useSave();
  const [trying, setTrying] = useState(false);
  const [switching, setSwitching] = useState(false);
  const [tried, setTried] = useState<{ found: Rehearsed; days: number; of: Definition } | null>(null);
  const { definition } = editor;
  const [asked] = useDebouncedValue(definition, TYPING_MS);
  const check = useProblems(asked);
  const problems = check.data?.problems ?? [];
  const current = asked === definition && !check.isPlaceholderData && check.data !== undefined;
  const ready = current && check.data?.ready === true;
  const tab = query.get("tab") ?? (journey ? "canvas" : "settings");
  const show = (next: string) => setQuery({ tab: next }, { replace: true });
  const live = journey !== undefined && journey.state !== "draft";
  useHotkeys(
    [
      ["mod+Z", editor.undo],
      ["mod+shift+Z", editor.redo],
      ["mod+Y", editor.redo],
    ],
    [],
  );
  useLeaving(editor.touched && !save.isSuccess);

  function put(state: string, running: "finish" | "move" = "finish") {
    // Saving renews this page with the new version; what follows must not depend on the old one being there.
    void save.mutateAsync({ definition, state, running, unfinished: state === "draft" && !ready }).then(
      ({ key, version }) => {
        notifications.show({ message: w("saved", { version }) });
        void navigate(state === "draft" ? `/journeys/${key}/edit?tab=${tab}` : `/journeys/${key}`, { replace: state === "draft" });
      },
      () => setSwitching(false),
    );
  }

  return (
    <Page
      title={definition.name || w("newName")}
      data
      lead={<Standing ready={ready} problems={problems.length} touched={editor.touched} known={current} />}
      actions={
        <>
          <Button.Group>
            <Button variant="default" aria-label={w("undo")} disabled={!editor.canUndo} onClick={editor.undo}>
              <Undo2 size={15} aria-hidden />
            </Button>
            <Button variant="default" aria-label={w("redo")} disabled={!editor.canRedo} onClick={editor.redo}>
              <Redo2 size={15} aria-hidden />
            </Button>
          </Button.Group>
          <Button variant="default" leftSection={<FlaskConical size={15} aria-hidden />} onClick={() => setTrying(true)}>
            {w("rehearse")}
          </Button>
          {may("journeys.write") ? (
            <>
              <Button variant="default" disabled={(live && !ready) || (journey !== undefined && !editor.touched)} loading={save.isPending} onClick={() => put(live ? journey.state : "draft")}>
                {w(live ? "saveLive" : "save")}
              </Button>
              {journey?.state === "live" ? null : (
                <Button disabled={!ready} onClick={() => setSwitching(true)}>
                  {w("switchOn")}
                </Button>
              )}
            </>
          ) : null}
        </>
      }
    >
      {save.error ? <Failed error={save.error} small /> : null}
      <Tabs value={tab} onChange={(next) => next && show(next)} keepMounted={false}>
        <Tabs.List className={styles["tabs"] ?? ""}>
          <Tabs.Tab value="settings">{w("settingsTab")}</Tabs.Tab>
          <Tabs.Tab value="canvas">{w("canvasTab")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings">
          <SettingsForm editor={editor} triggers={kinds.triggers} problems={problems} onward={() => show("canvas")} />
        </Tabs.Panel>
        <Tabs.Panel value="canvas">
          <Drawing editor={editor} kinds={kinds} problems={problems} tried={tried?.of === definition ? tried.found : null} />
        </Tabs.Panel>
      </Tabs>
      <Rehearsal
        opened={trying}
        close={() => setTrying(false)}
        definition={definition}
        ready={ready}
        done={(found, days) => {
          setTried({ found, days, of: definition });
        }}
        tried={tried?.of === definition ? tried.found : null}
      />
      {switching ? (
        <SwitchOn
          name={definition.name}
          tried={tried?.of === definition ? tried : null}
          running={journey?.people.filter(({ state }) => state.startsWith("waiting") || state === "active").reduce((sum, { people }) => sum + people, 0) ?? 0}
          busy={save.isPending}
          close={() => setSwitching(false)}
          go={(running) => put("live", running)}
        />
      ) : null}
    </Page>
  );
}

function Standing({ ready, problems, touched, known }: { ready: boolean; problems: number; touched: boolean; known: boolean }) {
  const w = useWords();
  return (
    <span className={styles["standing"]} role="status">
      {ready ? <Mark tone="good">{w("ready")}</Mark> : known ? <Mark tone="bad">{w("notReady", { count: problems })}</Mark> : null}
      {touched ? <Mark>{w("unsaved")}</Mark> : null}
    </span>
  );
}

/** Let the browser ask before a page with unsaved work is closed. */
function useLeaving(unsaved: boolean) {
  useEffect(() => {
    if (!unsaved) return;
    const hold = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", hold);
    return () => window.removeEventListener("beforeunload", hold);
  }, [unsaved]);
}
