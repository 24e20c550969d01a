import type { ExportedCase } from '../../reports/case/exported.ts';
import { EXPORTS } from './export-command.ts';

/** Ends a shell script, where its own player begins. */
const CALL = 'in_ns python3 "$FOLDER/player.py"\n';

/** The shell script's director between the Scapy script's wires. */
export function withScapyPlayer(given: ExportedCase): string {
  const alone = EXPORTS.sh(given);
  if (!alone.endsWith(CALL)) throw new Error('the shell script ends otherwise');
  return `${alone.slice(0, -CALL.length)}cat > "$FOLDER/case.py" <<'SCAPY-END'
${EXPORTS.scapy(given)}SCAPY-END
in_ns python3 "$FOLDER/case.py" far-eth0 far-eth1
`;
}
