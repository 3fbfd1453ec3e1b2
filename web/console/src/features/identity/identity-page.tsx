import { Tabs } from "@mantine/core";
import { BookOpen, ListChecks, Stethoscope } from "lucide-react";
import { useSearchParams } from "react-router";
import { Page } from "@/components/page";
import { Conflicts } from "@/features/identity/conflicts";
import { Doctor } from "@/features/identity/doctor";
import { Queue } from "@/features/identity/queue";
import { Rules } from "@/features/identity/rules";
import { useWords } from "@/features/identity/words";

const TABS = ["queue", "rules", "doctor"] as const;

export function IdentityPage() {
  const w = useWords();
  const [search, setSearch] = useSearchParams();
  const tab = TABS.find((one) => one === search.get("tab")) ?? "queue";
  return (
    <Page title={w("title")} lead={w("lead")}>
      <Tabs
        value={tab}
        onChange={(chosen) => setSearch(chosen && chosen !== "queue" ? { tab: chosen } : {}, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="queue" leftSection={<ListChecks size={15} aria-hidden />}>
            {w("queue")}
          </Tabs.Tab>
          <Tabs.Tab value="rules" leftSection={<BookOpen size={15} aria-hidden />}>
            {w("rules")}
          </Tabs.Tab>
          <Tabs.Tab value="doctor" leftSection={<Stethoscope size={15} aria-hidden />}>
            {w("doctor")}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="queue">
          <Conflicts />
          <Queue />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <Rules />
        </Tabs.Panel>
        <Tabs.Panel value="doctor">
          <Doctor />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
