import { Button, Code } from "@mantine/core";
import { Unplug } from "lucide-react";
import { useRouteError } from "react-router";
import { useWords } from "@/app/shell/words";
import { Blank } from "@/components/states";

/** Shown when a page itself failed: the rest of the console goes on. */
export function Broken() {
  const w = useWords();
  const error = useRouteError();
  return (
    <Blank
      whole
      icon={Unplug}
      title={w("broken")}
      action={
        <Button onClick={() => location.reload()} variant="default">
          {w("reload")}
        </Button>
      }
    >
      {w("brokenWhy")}
      <Code block mt="sm">
        {error instanceof Error ? error.message : String(error)}
      </Code>
    </Blank>
  );
}
