import { NumberInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { useSegments } from "@/api/segments";
import { useVocabulary } from "@/api/vocabulary";
import { BranchesField } from "@/features/journeys/branches-field";
import { ConditionField } from "@/features/journeys/condition-field";
import type { Definition, KindField } from "@/features/journeys/definition";
import { DurationField } from "@/features/journeys/duration-field";
import { EventField } from "@/features/journeys/event-field";
import { useJourneys } from "@/features/journeys/journeys";
import { JsonField } from "@/features/journeys/json-field";
import { MessagesField } from "@/features/journeys/messages-field";
import { WhereField } from "@/features/journeys/where-field";
import { WinnerField } from "@/features/journeys/winner-field";
import { useCodes, useWords } from "@/features/journeys/words";

const RANGE = /^(\d+) to (\d+)$/;
const CHOICE = /^[a-z_]+(?:, [a-z_]+)* or [a-z_]+$/;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export interface ControlProps {
  field: Pick<KindField, "key" | "write" | "required">;
  /** What the other fields say: a filter needs to know the event it filters. */
  values: Record<string, unknown>;
  change: (values: Record<string, unknown>) => void;
  error?: string | undefined;
  definition: Definition;
}

/** The control for one field of a step or trigger, by what its kind says is to be written there. */
export function Control(props: ControlProps) {
  const { field, values, change, error, definition } = props;
  const w = useWords();
  const code = useCodes();
  const { key, write } = field;
  const value = values[key];
  const text = typeof value === "string" ? value : "";
  const put = (next: unknown) => change({ [key]: next === "" || next === null ? undefined : next });
  const label = field.required ? code("field", key) : `${code("field", key)}${w("optional")}`;
  const own = { label, error };
  const choice = { ...own, value: text || null, clearable: !field.required, onChange: put, "data-data": true } as const;

  if (field.key === "account") return <AccountSelect {...choice} />;
  if (key === "segment") return <SegmentSelect {...choice} />;
  if (key === "journey") return <JourneySelect {...choice} except={definition.key} />;
  if (key === "event") return <EventField {...own} value={text} change={put} />;
  if (write === "filter")
    return <WhereField {...own} event={typeof values["event"] === "string" ? values["event"] : ""} value={value} change={put} refers={definition.trigger !== values} />;
  if (write === "condition") return <ConditionField {...own} value={value} change={put} required={field.required} />;
  if (write === "duration") return <DurationField {...own} value={text} change={put} required={field.required} />;
  if (write === "HH:MM") return <TextInput {...own} type="time" value={text} onChange={(event) => put(event.currentTarget.value)} />;
  if (write.includes("LINE messages")) return <MessagesField value={value} change={put} error={error} />;
  if (write.includes('"next"')) return <BranchesField {...own} field={field} value={value} change={put} />;
  if (key === "winner") return <WinnerField {...own} value={value} change={put} />;
  if (write === "true or false")
    return <Switch {...own} checked={value === true} onChange={(event) => put(event.currentTarget.checked || undefined)} />;
  if (CHOICE.test(write)) {
    const words = write.split(/, | or /);
    const empty = field.required ? null : w("usual");
    return (
      <Select
        {...own}
        placeholder={empty ?? undefined}
        clearable={!field.required}
        data={words.map((one) => ({ value: one, label: code("choice", one) }))}
        value={text || null}
        onChange={put}
      />
    );
  }
  const range = RANGE.exec(write);
  if (range || write === "whole number")
    return (
      <NumberInput
        {...own}
        allowDecimal={false}
        {...(range ? { min: Number(range[1]), max: Number(range[2]) } : {})}
        value={typeof value === "number" ? value : ""}
        onChange={(next) => put(typeof next === "number" ? next : undefined)}
      />
    );
  if (write.startsWith("list of mon"))
    return (
      <TagsInput
        {...own}
        data={DAYS.map((day) => ({ value: day, label: code("weekday", day) }))}
        value={list(value)}
        onChange={(next) => put(next.filter((day) => DAYS.includes(day)).length ? next : undefined)}
        renderOption={({ option }) => code("weekday", option.value)}
      />
    );
  if (write.startsWith("list of 1 … 31"))
    return (
      <TagsInput
        {...own}
        value={list(value)}
        onChange={(next) => put(next.length ? next.map(Number).filter((day) => day >= 1 && day <= 31) : undefined)}
      />
    );
  if (write.startsWith("list of"))
    return <TagsInput {...own} value={list(value)} onChange={(next) => put(next.length ? next : undefined)} data-data />;
  if (write === "any JSON" || write.startsWith("`{")) return <JsonField {...own} value={value} change={put} />;
  return <TextInput {...own} value={text} onChange={(event) => put(event.currentTarget.value)} data-data />;
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

interface ChoiceProps {
  label: string;
  error: string | undefined;
  value: string | null;
  clearable: boolean;
  onChange: (value: string | null) => void;
  "data-data": boolean;
}

function AccountSelect(props: ChoiceProps) {
  const accounts = useVocabulary().data?.accounts ?? [];
  return <Select {...props} data={withMine(accounts, props.value)} />;
}

function SegmentSelect(props: ChoiceProps) {
  const segments = useSegments().data?.segments ?? [];
  const known = segments.map(({ key, name }) => ({ value: key, label: name }));
  const missing = props.value && !segments.some(({ key }) => key === props.value) ? [{ value: props.value, label: props.value }] : [];
  return <Select {...props} searchable data={[...missing, ...known]} />;
}

function JourneySelect({ except, ...props }: ChoiceProps & { except: string }) {
  const journeys = useJourneys().data?.journeys ?? [];
  return (
    <Select
      {...props}
      searchable
      data={journeys.filter(({ key }) => key !== except).map(({ key, name }) => ({ value: key, label: name }))}
    />
  );
}

/** What is chosen is offered, though it may be gone: a choice that vanishes looks like none. */
function withMine(known: string[], mine: string | null): string[] {
  return mine && !known.includes(mine) ? [mine, ...known] : known;
}
