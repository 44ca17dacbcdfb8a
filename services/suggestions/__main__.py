from services.common.cli import main

main("services.suggestions.app")
