import { Button, Menu } from "@mantine/core";
import { Check, Languages } from "lucide-react";
import { useWords } from "@/components/words";
import { chooseLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage } from "@/lib/language";

export function LanguageMenu() {
  const w = useWords();
  const current = useLanguage();
  return (
    <Menu position="top-start">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<Languages size={15} aria-hidden />}
          aria-label={`${w("language")}: ${LANGUAGE_NAMES[current]}`}
        >
          {LANGUAGE_NAMES[current]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            onClick={() => chooseLanguage(language)}
            rightSection={language === current ? <Check size={14} aria-hidden /> : null}
          >
            {LANGUAGE_NAMES[language]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
