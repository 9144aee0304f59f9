#!/bin/sh
# Installs the system packages that the program and its tests call, where root or sudo allows;
# otherwise prints the one command to run. Quick and silent when nothing is missing.
set -eu

missing=""
need() { # need PACKAGE TEST...
    package=$1
    shift
    if ! "$@" >/dev/null 2>&1; then missing="$missing $package"; fi
}
has_library() { ldconfig -p | grep -q "$1"; }
has_vietnamese() { tesseract --list-langs 2>/dev/null | grep -qx vie; }
has_postgresql() { ls /usr/lib/postgresql/*/bin/initdb; }
has_font() { ls /usr/share/fonts/truetype/"$1"; }

PATH="$PATH:/usr/sbin:/sbin"
need python3-venv python3 -c "import ensurepip"
need tesseract-ocr command -v tesseract
need tesseract-ocr-vie has_vietnamese
need poppler-utils command -v pdftoppm
need fonts-liberation2 has_font liberation2/LiberationSerif-Regular.ttf
need fonts-dejavu-core has_font dejavu/DejaVuSans.ttf
need libgl1 has_library libGL.so.1
need libglib2.0-0 has_library libglib-2.0.so.0
need postgresql has_postgresql
need chromium command -v chromium
[ -z "$missing" ] && exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    apt-get update && DEBIAN_FRONTEND=noninteractive $install
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo apt-get update && sudo DEBIAN_FRONTEND=noninteractive $install
else
    echo "kiemphieu needs the system packages$missing. Run this once, then try again:" >&2
    echo "    sudo apt-get update && sudo $install" >&2
    exit 1
fi
