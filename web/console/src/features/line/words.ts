import { en } from "@/features/line/words-en";
import { ja } from "@/features/line/words-ja";
import { zh } from "@/features/line/words-zh";
import { defineWords } from "@/lib/words";

export const { useWords, useCodes } = defineWords(zh, ja, en);
