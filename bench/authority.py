"""A certificate authority that this machine trusts for as long as a measurement lasts."""
import subprocess

from measure import Unfit
from trace import is_on_disk

# Where Debian has its roots: a bundle of all, and a folder of links that are named by a hash of each one's subject.
ROOTS = "/etc/ssl/certs"
BUNDLE = f"{ROOTS}/ca-certificates.crt"
# For bench/apart.py: a copy of the roots in memory, in their own place.
COPY_OF_ROOTS = f"mount -t tmpfs -o mode=755 tmpfs /mnt && cp -dR {ROOTS}/. /mnt && mount --bind /mnt {ROOTS}"
EXTENSIONS = """[req]
distinguished_name = name
prompt = no
[name]
commonName = bench of jod-check
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
"""


def openssl(*words):
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unfit(f"openssl {words[0]}: {done.stderr}")
    return done.stdout.strip()


def certificate(folder, name, *signed_by):
    """A certificate for two days with a new RSA key of 2048 bits: the paths of both."""
    pem, key = f"{folder}/{name}.pem", f"{folder}/{name}.key"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "2", "-config", f"{folder}/openssl.cnf",
            "-extensions", name, "-subj", f"/CN=jod-check bench {name}", "-keyout", key, "-out", pem, *signed_by)
    return pem, key


def trust(pem):
    """What update-ca-certificates(8) does for one root more."""
    if is_on_disk(ROOTS):
        raise Unfit(f"{ROOTS} is this machine's own")
    with open(pem, encoding="ascii") as file:
        text = file.read()
    with open(BUNDLE, "a", encoding="ascii") as file:
        file.write(text)
    with open(f"{ROOTS}/{openssl('x509', '-noout', '-subject_hash', '-in', pem)}.0", "x", encoding="ascii") as file:
        file.write(text)


def server(folder):
    """The paths of a certificate for a server on loopback, and of its key; its root is trusted from now on."""
    with open(f"{folder}/openssl.cnf", "w", encoding="ascii") as file:
        file.write(EXTENSIONS)
    root, key = certificate(folder, "authority")
    trust(root)
    return certificate(folder, "server", "-CA", root, "-CAkey", key)


def roots():
    """How many roots the bundle has."""
    with open(BUNDLE, encoding="ascii") as file:
        return file.read().count("-BEGIN CERTIFICATE-")
