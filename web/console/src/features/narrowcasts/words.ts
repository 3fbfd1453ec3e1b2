import { defineWords } from "@/lib/words";
import { en } from "@/features/narrowcasts/words-en";
import { ja } from "@/features/narrowcasts/words-ja";
import { zh } from "@/features/narrowcasts/words-zh";

export const { useWords, useCodes } = defineWords(zh, ja, en);
