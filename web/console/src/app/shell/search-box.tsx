import { Kbd, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { Search } from "lucide-react";
import { useNavigate } from "react-router";
import styles from "@/app/shell/shell.module.css";
import { useWords } from "@/app/shell/words";

/** Leads to the search for people, from anywhere, by a key too. */
export function SearchBox() {
  const w = useWords();
  const navigate = useNavigate();
  const go = () => void navigate("/people", { state: { focus: true } });
  useHotkeys([["mod+K", go]], []);
  return (
    <UnstyledButton className={styles["search"] ?? ""} onClick={go}>
      <Search size={15} aria-hidden />
      <span>{w("searchPeople")}</span>
      <Kbd size="xs" aria-hidden data-data>
        Ctrl K
      </Kbd>
    </UnstyledButton>
  );
}
