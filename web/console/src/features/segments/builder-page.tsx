import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import { Block } from "@/components/condition/editor/block";
import styles from "@/features/segments/builder.module.css";
import { LiveCounts } from "@/features/segments/counts";
import { decompose } from "@/components/condition/editor/decompose";
import { compose, type Draft, emptyDraft } from "@/components/condition/editor/draft";
import { type Segment, useSave, useSegment } from "@/features/segments/segments";
import { useWords } from "@/features/segments/words";
import { newKey } from "@/lib/key";

const TYPING_MS = 250;

/** Make a segment, or a new version of one. */
export function BuilderPage() {
  const { key = "" } = useParams();
  const segment = useSegment(key);
  if (key === "") return <Builder key="" />;
  if (segment.data) return <Builder key={key} segment={segment.data} />;
  if (segment.error) return <Failed error={segment.error} retry={() => void segment.refetch()} />;
  return <Waiting rows={4} height={88} />;
}

function Builder({ segment }: { segment?: Segment }) {
  const w = useWords();
  const shared = useShared();
  const navigate = useNavigate();
  const save = useSave();
  const [name, setName] = useState(segment?.name ?? "");
  const [draft, setDraft] = useState<Draft>(() => (segment ? decompose(segment.definition) : emptyDraft()));
  const condition = useMemo(() => compose(draft), [draft]);
  const [asked] = useDebouncedValue(condition, TYPING_MS);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!condition) return;
    save.mutate(
      { key: segment?.key ?? newKey("segment", name, new Date()), name: name.trim(), condition },
      {
        onSuccess: ({ key }) => {
          notifications.show({ message: w("saved") });
          void navigate(`/segments/${key}`);
        },
      },
    );
  }

  return (
    <form onSubmit={submit}>
      <Page
        title={w(segment ? "editTitle" : "newTitle")}
        actions={
          <>
            <Button variant="default" component={Link} to={segment ? `/segments/${segment.key}` : "/segments"}>
              {shared("cancel")}
            </Button>
            <Button type="submit" disabled={!condition || name.trim() === ""} loading={save.isPending}>
              {w("save")}
            </Button>
          </>
        }
      >
        <div className={styles["columns"]}>
          <div className={styles["form"]}>
            <Panel>
              <TextInput
                label={w("name")}
                placeholder={w("namePlaceholder")}
                value={name}
                maxLength={120}
                onChange={(event) => setName(event.currentTarget.value)}
                required
                withAsterisk={false}
              />
            </Panel>
            {save.error ? <Failed error={save.error} small /> : null}
            <Block
              side="include"
              rows={draft.include}
              joint={draft.joint}
              except={segment?.key ?? ""}
              setJoint={(joint) => setDraft({ ...draft, joint })}
              change={(include) => setDraft({ ...draft, include })}
            />
            <Block
              side="exclude"
              rows={draft.exclude}
              joint="any"
              except={segment?.key ?? ""}
              change={(exclude) => setDraft({ ...draft, exclude })}
            />
          </div>
          <LiveCounts condition={asked} segment={segment?.key ?? ""} behind={asked !== condition} />
        </div>
      </Page>
    </form>
  );
}
