# bash completion for readsync(1)
#
# Ids and tags are those of the newest 2000 items, read only where one is wanted. It stays
# silent when the list cannot be read, and never makes a home that is not there.

_readsync_list()
{
	local home=$READSYNC_HOME file= key= i

	for ((i = 2; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--home) home=${COMP_WORDS[i + 1]} ;;
		--passphrase-file) file=${COMP_WORDS[i + 1]} ;;
		--key-file) key=${COMP_WORDS[i + 1]} ;;
		esac
	done
	[[ -n $home ]] || home=${XDG_DATA_HOME:-$HOME/.local/share}/readsync
	# As typed, a tilde is not yet a directory.
	[[ $home != \~/* ]] || home=$HOME/${home#\~/}
	[[ $file != \~/* ]] || file=$HOME/${file#\~/}
	[[ $key != \~/* ]] || key=$HOME/${key#\~/}
	[[ -e $home/vault.db ]] || return
	"${COMP_WORDS[0]}" list --all --json --limit 2000 --home "$home" \
	    ${file:+--passphrase-file "$file"} ${key:+--key-file "$key"} 2>/dev/null </dev/null
}

# The first eight digits of each id, as lists show four or some more.
_readsync_ids()
{
	_readsync_list | sed -n 's/^ *"id": "\([0-9a-f]\{8\}\).*/\1/p'
}

# Tags stand one on a line, between "tags": [ and ].
_readsync_tags()
{
	_readsync_list | sed -n '/^ *"tags": \[$/,/^ *\]/s/^ *"\([^"\\]*\)",\{0,1\}$/\1/p' | sort -u
}

# Offer the lines of standard input that begin with the word; a tag may hold blanks.
_readsync_offer()
{
	local line

	while IFS= read -r line; do
		[[ $line == "$1"* ]] && COMPREPLY+=("$(printf '%q' "$line")")
	done
}

# The commands of vault, and the names of slots, which no key is needed for.
_readsync_vault()
{
	local words=" ${COMP_WORDS[*]:2:COMP_CWORD-2} "

	case $words in
	*" slot remove ")
		[[ $words == *" --home "* ]] ||
		    "${COMP_WORDS[0]}" vault slot list 2>/dev/null </dev/null | cut -d' ' -f1 ;;
	*" slot add ") printf '%s\n' key-file passphrase recovery-key ;;
	*" slot ") printf '%s\n' add list remove ;;
	*) (($(_readsync_arguments) > 0)) || printf '%s\n' backup info lock passwd rekey restore slot \
	    unlock verify ;;
	esac
}

_readsync_options()
{
	local common="--home --key-file --passphrase-file --help"

	case $1 in
	device) echo "$common --control --json" ;;
	export) echo "$common --html --jsonl --markdown --quiet" ;;
	import) echo "$common --jsonl --quiet" ;;
	highlight) echo "$common --comment --json --list --remove" ;;
	diff | mark | prefer) echo "$common" ;;
	history) echo "$common --json" ;;
	invite) echo "$common --archive --control --json --quiet" ;;
	join) echo "$common --name" ;;
	list) echo "$common --all --archived --copy --json --limit --tag" ;;
	note) echo "$common --edit --join --json" ;;
	offline) echo "$common --json" ;;
	read) echo "$common --json --quiet --width" ;;
	save) echo "$common --archived --json --page --tag --title" ;;
	search) echo "$common --json --limit" ;;
	site) echo "$common --all --control --json --quiet" ;;
	status) echo "$common --control --json" ;;
	sync) echo "$common --control --fetch --follow --json --quiet" ;;
	why) echo "$common --json" ;;
	archive | rm | split | star | tag | unarchive | unstar | untag | vault) echo "$common" ;;
	esac
}

# How many arguments stand before the word, options and their values left out.
_readsync_arguments()
{
	local i count=0

	for ((i = 2; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--comment | --control | --copy | --fetch | --home | --key-file | --limit | --name | --page | --passphrase-file | --remove | --tag | --title | \
		    --width | -n | -t) ((i++)) ;;
		-?*) ;;
		*) ((count++)) ;;
		esac
	done
	echo "$count"
}

_readsync()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]}
	local commands="archive device diff export highlight history import invite join list mark
	    note offline prefer read rm save search site split star status sync tag
	    unarchive unstar untag vault why"

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		COMPREPLY=($(compgen -W "$commands --help --version" -- "$word"))
		return
	fi
	case $before in
	--home)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return ;;
	--control | --key-file | --page | --passphrase-file)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return ;;
	--tag | -t)
		_readsync_offer "$word" < <(_readsync_tags)
		return ;;
	--fetch)
		_readsync_offer "$word" < <(_readsync_ids)
		return ;;
	--copy)
		COMPREPLY=($(compgen -W "full partial teaser blocked unknown" -- "$word"))
		return ;;
	--comment | --limit | -n | --name | --remove | --title | --width)
		return ;;
	esac
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "$(_readsync_options "$command")" -- "$word"))
		return
	fi
	case $command in
	import)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	vault)
		case $before in
		backup | key-file | passphrase | passwd | restore)
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
		*) _readsync_offer "$word" < <(_readsync_vault) ;;
		esac ;;
	archive | rm | star | unarchive | unstar)
		_readsync_offer "$word" < <(_readsync_ids) ;;
	site)
		case $(_readsync_arguments),$before in
		0,*) COMPREPLY=($(compgen -W "agent cookies forget lint list login logout metered \
		    resume test" \
		    -- "$word")) ;;
		1,cookies | 1,lint)
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
		esac ;;
	device)
		(($(_readsync_arguments) > 0)) ||
		    COMPREPLY=($(compgen -W "list rename revoke" -- "$word")) ;;
	offline)
		COMPREPLY=($(compgen -W "everything nothing unread starred tag newest images at" -- "$word")) ;;
	mark)
		if (($(_readsync_arguments) == 1)); then
			COMPREPLY=($(compgen -W "full partial teaser blocked none" -- "$word"))
		elif (($(_readsync_arguments) == 0)); then
			_readsync_offer "$word" < <(_readsync_ids)
		fi ;;
	diff | highlight | history | note | prefer | read | split | why)
		(($(_readsync_arguments) > 0)) || _readsync_offer "$word" < <(_readsync_ids) ;;
	tag | untag)
		if (($(_readsync_arguments) == 0)); then
			_readsync_offer "$word" < <(_readsync_ids)
		else
			_readsync_offer "$word" < <(_readsync_tags)
		fi ;;
	esac
}

complete -F _readsync readsync
