import { Button, Modal, Select } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useAccountNames } from "@/api/names";
import { useVocabulary } from "@/api/vocabulary";
import { Problem } from "@/api/problem";
import { Mark } from "@/components/mark";
import { useNames } from "@/components/names";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import styles from "@/features/journeys/gallery.module.css";
import { type Template, useMake, useTemplates } from "@/features/journeys/templates";
import { useCodes, useWords } from "@/features/journeys/words";
import { useLanguage } from "@/lib/language";

/** Where a journey begins, by industry. */
export function GalleryPage() {
  const w = useWords();
  const templates = useTemplates();
  const [chosen, choose] = useState<Template | null>(null);
  return (
    <Page
      title={w("galleryTitle")}
      lead={w("galleryLead")}
      actions={
        <Button variant="default" component={Link} to="/journeys">
          {w("back")}
        </Button>
      }
    >
      {templates.data ? (
        <ul className={styles["cards"]}>
          {templates.data.templates.map((one) => (
            <Card key={one.key} template={one} choose={() => choose(one)} />
          ))}
        </ul>
      ) : templates.error ? (
        <Failed error={templates.error} retry={() => void templates.refetch()} />
      ) : (
        <Waiting rows={4} height={160} />
      )}
      {chosen ? <Use template={chosen} close={() => choose(null)} /> : null}
    </Page>
  );
}

function Card({ template, choose }: { template: Template; choose: () => void }) {
  const w = useWords();
  const language = useLanguage();
  return (
    <li className={styles["card"]}>
      <Mark tone="accent">{template.industry[language]}</Mark>
      <h2>{template.name[language]}</h2>
      <p>{template.about[language]}</p>
      <p className={styles["makes"]}>
        {w("templateJourneys", { count: template.journeys.length })} · {w("templateSegments", { count: template.segments.length })}
      </p>
      <Button variant="default" size="compact-md" onClick={choose} aria-label={`${w("useTemplate")}：${template.name[language] ?? ""}`}>
        {w("useTemplate")}
      </Button>
    </li>
  );
}

function Use({ template, close }: { template: Template; close: () => void }) {
  const w = useWords();
  const code = useCodes();
  const shared = useShared();
  const language = useLanguage();
  const navigate = useNavigate();
  const make = useMake();
  const vocabulary = useVocabulary();
  const accounts = vocabulary.data?.accounts ?? [];
  const called = useAccountNames();
  const names = useNames();
  const [account, setAccount] = useState<string | null>(null);
  const sender = account ?? accounts[0] ?? null;
  const taken = make.error instanceof Problem && make.error.status === 409;
  const needs = Object.entries(template.needs).filter(([, needed]) => needed.length);
  return (
    <Modal opened onClose={close} size={560} title={template.name[language]} closeButtonProps={{ "aria-label": shared("close") }}>
      <div className={styles["use"]}>
        <p>{template.about[language]}</p>
        <dl>
          <dt>{w("templateGoal")}</dt>
          <dd>{template.goal[language]}</dd>
          {needs.length ? (
            <>
              <dt>{w("templateNeeds")}</dt>
              {needs.map(([kind, needed]) => (
                <dd key={kind}>
                  {code("needs", kind)}：<span data-data>{needed.map((one) => (kind === "events" ? names.event(one) : one)).join("、")}</span>
                </dd>
              ))}
            </>
          ) : null}
        </dl>
        {template.caution[language] ? (
          <p className={styles["caution"]}>
            <TriangleAlert size={15} aria-hidden />
            {w("templateCaution")}：{template.caution[language]}
          </p>
        ) : null}
        {vocabulary.error ? (
          <Failed error={vocabulary.error} retry={() => void vocabulary.refetch()} small />
        ) : vocabulary.data && accounts.length === 0 ? (
          <Blank icon={TriangleAlert} title={w("noAccount")} small>
            {w("noAccountWhy")}
          </Blank>
        ) : (
          <Select
            label={w("account")}
            data={accounts.map((key) => ({ value: key, label: called[key] ?? key }))}
            value={sender}
            onChange={setAccount}
            data-data
          />
        )}
        {taken ? (
          <p className={styles["caution"]}>
            <TriangleAlert size={15} aria-hidden />
            {w("templateTaken")} <Link to={`/journeys/${template.journeys[0] ?? ""}`}>{w("openExisting")}</Link>
          </p>
        ) : make.error ? (
          <Failed error={make.error} small />
        ) : null}
        <div className={styles["buttons"]}>
          <Button variant="default" onClick={close}>
            {shared("cancel")}
          </Button>
          <Button
            disabled={!sender}
            loading={make.isPending}
            onClick={() =>
              make.mutate(
                { key: template.key, language, account: sender ?? "" },
                { onSuccess: ({ journeys }) => void navigate(`/journeys/${journeys[0] ?? ""}/edit?tab=settings`) },
              )
            }
          >
            {w("useTemplate")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
