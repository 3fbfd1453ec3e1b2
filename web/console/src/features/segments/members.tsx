import { Button } from "@mantine/core";
import { Download, UserRoundX } from "lucide-react";
import { Link } from "react-router";
import { Face } from "@/components/face";
import { shownValue } from "@/components/identifiers";
import { Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { WhyButton } from "@/components/why";
import { useWords as useShared } from "@/components/words";
import styles from "@/features/segments/segment-page.module.css";
import { type Segment, useMembers } from "@/features/segments/segments";
import { useWords } from "@/features/segments/words";

export function Members({ segment }: { segment: Segment }) {
  const w = useWords();
  const shared = useShared();
  const members = useMembers(segment.key, segment.computed_at);
  const people = members.data?.pages.flatMap((page) => page.people);
  return (
    <Panel
      title={w("memberList")}
      aside={
        people?.length ? (
          <Button
            component="a"
            href={`/api/segments/${encodeURIComponent(segment.key)}/members.csv`}
            download={`${segment.key}.csv`}
            variant="subtle"
            size="compact-sm"
            leftSection={<Download size={14} aria-hidden />}
          >
            {w("export")}
          </Button>
        ) : null
      }
    >
      {people ? (
        people.length ? (
          <table className={`${table["table"]} ${table["bare"]}`}>
            <tbody>
              {people.map((person) => (
                <tr key={person.profile_id}>
                  <td>
                    <Link to={`/people/${person.profile_id}`} className={`${table["link"]} ${styles["who"]}`}>
                      <Face name={person.name} size={28} />
                      <span data-data={person.name ? true : undefined}>{person.name || w("nameless")}</span>
                    </Link>
                  </td>
                  <td data-data>
                    {person.identifiers
                      .filter(({ namespace }) => ["member_id", "phone", "email"].includes(namespace))
                      .slice(0, 2)
                      .map(shownValue)
                      .join(" · ")}
                  </td>
                  <td className={table["number"]}>
                    <WhyButton
                      segment={segment.key}
                      profileId={person.profile_id}
                      name={segment.name}
                      label={shared("why")}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <Blank icon={UserRoundX} title={w("noMembers")} small>
            {w("noMembersWhy")}
          </Blank>
        )
      ) : members.error ? (
        <Failed error={members.error} retry={() => void members.refetch()} small />
      ) : (
        <Waiting rows={6} />
      )}
      {members.hasNextPage ? (
        <Button variant="default" fullWidth loading={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}>
          {shared("more")}
        </Button>
      ) : null}
    </Panel>
  );
}
