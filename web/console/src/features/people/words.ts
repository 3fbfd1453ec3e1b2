import { defineWords } from "@/lib/words";
import { en } from "@/features/people/words-en";
import { ja } from "@/features/people/words-ja";
import { zh } from "@/features/people/words-zh";

export const { useWords, useCodes } = defineWords(zh, ja, en);
