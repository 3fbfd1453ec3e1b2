import { Button, Menu } from "@mantine/core";
import { ChevronDown, CircleStop, Copy, PencilLine, Play, ShieldCheck, Undo2 } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { Confirm } from "@/features/broadcasts/confirm";
import { type Act, type Broadcast, stateOf } from "@/features/broadcasts/broadcasts";
import { useIsMine } from "@/features/broadcasts/halted";
import { useWords } from "@/features/broadcasts/words";

const STOPPABLE = new Set(["planning", "planned"]);
const CANCELLED = new Set(["draft", "approval", "ready", "drifted"]);

/** What can be done in the state it is in, by who may do it. */
export function Actions({ of }: { of: Broadcast }) {
  const w = useWords();
  const may = useMay();
  const mine = useIsMine(of);
  const [asked, ask] = useState<Act | null>(null);
  const state = stateOf(of);
  const writes = may("messages.write");
  return (
    <>
      <Button variant="default" component={Link} to="/broadcasts">
        {w("backToList")}
      </Button>
      {writes ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" rightSection={<ChevronDown size={14} aria-hidden />}>
              {w("more")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component={Link} to={`/broadcasts/edit?from=${of.key}`} leftSection={<Copy size={14} aria-hidden />}>
              {w("copy")}
            </Menu.Item>
            {CANCELLED.has(state) ? (
              <Menu.Item color="red" leftSection={<Undo2 size={14} aria-hidden />} onClick={() => ask("cancel")}>
                {w("cancel")}
              </Menu.Item>
            ) : null}
          </Menu.Dropdown>
        </Menu>
      ) : null}
      {writes && state === "draft" ? (
        <Button component={Link} to={`/broadcasts/edit/${of.key}`} leftSection={<PencilLine size={15} aria-hidden />}>
          {w("goOn")}
        </Button>
      ) : null}
      {state === "approval" && may("broadcasts.approve") && !mine ? (
        <Button leftSection={<ShieldCheck size={15} aria-hidden />} onClick={() => ask("approve")}>
          {w("approve")}
        </Button>
      ) : null}
      {writes && state === "drifted" ? (
        <Button leftSection={<Play size={15} aria-hidden />} onClick={() => ask("confirm")}>
          {w("sendAnyway")}
        </Button>
      ) : null}
      {writes && STOPPABLE.has(state) ? (
        <Button color="red" leftSection={<CircleStop size={15} aria-hidden />} onClick={() => ask("stop")}>
          {w("stop")}
        </Button>
      ) : null}
      {writes && state === "stopped" ? (
        <Button leftSection={<Play size={15} aria-hidden />} onClick={() => ask("resume")}>
          {w("resume")}
        </Button>
      ) : null}
      {asked ? <Confirm of={of} act={asked} close={() => ask(null)} /> : null}
    </>
  );
}
