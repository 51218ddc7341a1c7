"""Secrets in the commands of IOS and of the systems that took them over, and private keys in any configuration."""

from domain.config_dialect import REST, WORD, Secret

PRIVATE_KEYS = (
    Secret(
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?P<s>[^-]*)-----END [A-Z ]{0,30}PRIVATE KEY-----",
    ),
)

KIND = r"(?:(?:0|3|4|5|6|7|8|8a|9|10|11|encrypted|encryption|clear|cleartext|ciphertext|plaintext|hash|sha256|sha512|sha-256|sha-512|localized) )*"
"""How a password is written down: its type number, or a word for it."""

CISCO_SECRETS = (
    Secret(
        rf"^ *(?:no |default )?enable (?:secret|password|super-user-password) (?:level \d+ )?{KIND}(?P<s>{REST})",
        hints=("enable ",),
    ),
    Secret(
        rf"^ *(?:no |default )?username .*?\b(?:password|secret|sshkey) {KIND}(?P<s>{REST})",
        hints=("username ",),
    ),
    Secret(
        rf"^ *(?:no |default )?(?:password|secret|passwd) {KIND}(?P<s>{REST})",
        hints=("password ", "secret ", "passwd "),
    ),
    Secret(
        rf"^ *(?:no |default )?snmp-server community {KIND}(?P<s>{WORD})", hints=("snmp-server community ",)
    ),
    Secret(
        r"^ *(?:no |default )?snmp-server host \S+ (?:(?:vrf|use-vrf|udp-port) \S+ )*(?:(?:traps|informs|trap|inform) )?"
        rf"(?:version (?:1|2c|3 (?:auth|noauth|priv)) |\d )?(?:community )?{KIND}(?P<s>{WORD})",
        hints=("snmp-server host ",),
    ),
    Secret(
        rf"\bauth (?:md5|sha|sha-?2-?\d+|sha\d+|HMAC-\S+|sha-\d+)(?: \d+)? (?:encrypted |clear )?(?P<s>{WORD})",
        hints=("auth ",),
    ),
    Secret(
        rf"\bpriv (?:des56|des|3des|aes-\d+|aes\d*)(?: (?:128|192|256))? (?:encrypted |clear )?(?P<s>{WORD})",
        hints=("priv ",),
    ),
    Secret(r"\bpriv (?P<s>0x\S+)", hints=("priv 0x",)),
    Secret(
        rf"^ *(?:no |default )?(?:tacacs|radius|tacacs-server|radius-server)\b.*?\bkey {KIND}(?P<s>{REST})",
        hints=("tacacs", "radius"),
    ),
    Secret(rf"^ *(?:no |default )?(?:server-)?key (?!chain\b){KIND}(?P<s>{REST})", hints=("key ",)),
    Secret(rf"\bkey-string {KIND}(?P<s>{REST})", hints=("key-string ",)),
    Secret(rf"\bneighbor \S+ password {KIND}(?P<s>{REST})", hints=("neighbor ",)),
    Secret(
        rf"\b(?:authentication-key|message-digest-key|md5-key) (?:\d+ )?(?:md5 )?{KIND}(?P<s>{WORD})",
        hints=("authentication-key ", "message-digest-key ", "md5-key "),
    ),
    Secret(
        rf"^ *(?:no |default )?(?:standby|vrrp|glbp)\b.*?\bauthentication (?:text )?(?P<s>{WORD})$",
        hints=("standby ", "vrrp", "glbp"),
    ),
    Secret(
        rf"\b(?:isis password|domain-password|area-password|lsp-password|hello-password) (?P<s>{REST})",
        hints=("isis password ", "-password "),
    ),
    Secret(rf"\bcrypto isakmp key {KIND}(?P<s>{WORD})", hints=("crypto isakmp key ",)),
    Secret(
        rf"\bpre-shared-key (?:(?:local|remote|address \S+(?: \S+)?|hostname \S+|ascii-text|key) )*{KIND}(?P<s>{REST})",
        hints=("pre-shared-key ",),
    ),
    Secret(
        rf"\b(?:wpa-psk|psk|set-key|wpa-passphrase) (?:(?:ascii|hex) )?{KIND}(?P<s>{WORD})",
        hints=("psk ", "set-key ", "wpa-passphrase "),
    ),
    Secret(rf"\bauthentication key {KIND}(?P<s>{REST})", hints=("authentication key ",)),
    # What no rule above names: hiding a word too many is a smaller harm than showing a password.
    Secret(
        rf"(?<!service )\b(?:password|passwd|secret|passphrase|shared-secret|auth-password|priv-password|pre-shared-secret) {KIND}(?P<s>{WORD})",
        hints=("password", "passwd", "secret", "passphrase"),
    ),
    *PRIVATE_KEYS,
)
